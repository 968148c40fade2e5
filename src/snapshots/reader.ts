import type { App } from '../app.ts';
import { getResticImage } from '../backup-destinations/index.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { imageMounts, labelsOf, partLabel, removeContainer } from '../instances/index.ts';
import { type ContainerSpec, ProgramFailure, putFile, readExec, type RemoteHost } from '../remote/index.ts';
import { oneOffName, readerPart } from './names.ts';
import { bounds } from './one-off.ts';
import type { Repository } from './repository.ts';
import { ResticOutput } from './restic-output.ts';
import { resticProblem } from './restic-problem.ts';
import { accessTo } from './restic-run.ts';

/** Each may take a gibibyte of the server's memory. */
const mostAtOnce = 4;
/** The engine ends it then, whatever became of who reads. */
const longestSeconds = 3600;

/**
 * What restic writes, piece by piece, for somebody who looks at a snapshot outside of any operation. It changes nothing in the
 * repository and takes no lock there: what a removal takes away meanwhile ends it with an error.
 */
export async function* readRestic(
  app: App,
  host: RemoteHost,
  repository: Repository,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  await getResticImage(app, repository.orgId, host, signal);
  await requireTurn(host);
  const { env, files } = accessTo(repository);
  const id = newId();
  const name = oneOffName(repository.instanceId, id, readerPart);
  const spec: ContainerSpec = {
    Image: app.config.RESTIC_IMAGE,
    Entrypoint: ['sleep'],
    Cmd: [String(longestSeconds)],
    Env: env,
    User: '0:0',
    Labels: labelsOf({ id: repository.instanceId, orgId: repository.orgId }, readerPart, id),
    HostConfig: {
      NetworkMode: 'bridge',
      AutoRemove: true,
      Mounts: repository.mounts.map((mount) => ({ ...mount, ReadOnly: true })),
      ...bounds(['DAC_OVERRIDE']),
    },
  };
  const HostConfig = { ...spec.HostConfig, Mounts: (await imageMounts(host, spec)) ?? [] };
  try {
    await host.docker.createContainer(name, { ...spec, HostConfig }, { signal });
    for (const file of files) await putFile(host.docker, name, { ...file, uid: 0, gid: 0 });
    await host.docker.startContainer(name, { signal });
    yield* readExec(host.docker, name, ['restic', ...repository.options, '--no-lock', ...args], { signal });
  } catch (error) {
    throw error instanceof ProgramFailure ? problemOf(error) : error;
  } finally {
    // A server that is away removes it by itself.
    await removeContainer(host, name).catch(() => {});
  }
}

async function requireTurn(host: RemoteHost): Promise<void> {
  const readers = await host.docker.listContainers([`${partLabel}=${readerPart}`]);
  if (readers.filter(({ State }) => State === 'running').length >= mostAtOnce)
    throw new AppError(
      'service_unavailable',
      `${mostAtOnce} files of backups are being read on the server already; try again when one of them is done`,
    );
}

function problemOf({ exitCode, said }: ProgramFailure): AppError {
  const output = new ResticOutput();
  for (const line of said.split('\n')) output.take({ stream: 'stderr', line });
  output.code = exitCode ?? output.code;
  const { code, message, hint } = resticProblem(output, false);
  return new AppError('unprocessable', message, { reason: code, hint });
}
