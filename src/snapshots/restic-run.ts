import type { StepContext } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';
import { hostNameOf, oneOffName, parts } from './names.ts';
import { endOneOff, type OneOff, runToEnd } from './one-off.ts';
import { ResticOutput, type ResticStatus } from './restic-output.ts';
import { exit } from './restic-problem.ts';
import { RefusalWatch } from './refusal.ts';
import type { Repository } from './repository.ts';

export type ResticContext = Pick<StepContext<unknown>, 'app' | 'operation' | 'signal' | 'log' | 'write' | 'progress'>;

export interface ResticRun {
  /** Names the container within the operation: a worker that takes over finds the same run by it. */
  readonly what: string;
  readonly args: readonly string[];
  readonly mounts?: OneOff['mounts'];
  /** Beside those that open the repository. */
  readonly files?: OneOff['files'];
  readonly onJson?: (status: ResticStatus) => void;
  /** Takes the lines that are no messages, instead of keeping them. */
  readonly onLine?: (line: string) => void;
  /** Its container stays until `endRestic`: what it said can be read again until it is recorded. */
  readonly keep?: true;
}

const passwordFile = '/run/ocore/repository-password';

/** What lets restic open a repository in its container. */
export const accessTo = ({ url, password, env, files }: Repository): Pick<OneOff, 'env' | 'files'> => ({
  env: [
    `RESTIC_REPOSITORY=${url}`,
    `RESTIC_PASSWORD_FILE=${passwordFile}`,
    'RESTIC_CACHE_DIR=/tmp/restic-cache',
    'RESTIC_PROGRESS_FPS=0.5',
    ...env,
  ],
  files: [{ path: passwordFile, content: password, mode: 0o400 }, ...files],
});

/** It reads and restores files of every owner. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'];

/** One run of restic to its end, whatever its end is. */
export async function resticOnce(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  run: ResticRun,
): Promise<{ outOfMemory: boolean; output: ResticOutput }> {
  const { app, operation } = context;
  const access = accessTo(repository);
  const oneOff: OneOff = {
    name: oneOffName(repository.instanceId, operation.id, run.what),
    part: parts.restic,
    instance: { id: repository.instanceId, orgId: repository.orgId },
    operationId: operation.id,
    image: app.config.RESTIC_IMAGE,
    command: [...repository.options, '--retry-lock', '10s', ...run.args],
    env: access.env,
    hostname: hostNameOf(operation.id),
    network: 'bridge',
    mounts: [...repository.mounts, ...(run.mounts ?? [])],
    files: [...access.files, ...(run.files ?? [])],
    capabilities,
  };
  let output = new ResticOutput();
  const watch = new RefusalWatch(context, repository);
  const signal = AbortSignal.any([context.signal, watch.signal]);
  const { code, outOfMemory } = await runToEnd({ log: context.log, signal }, host, oneOff, () => {
    output = new ResticOutput(run.onJson, run.onLine);
    return (line) => {
      watch.take(line);
      output.take(line);
    };
  }).catch(async (error: unknown) => {
    if (!watch.signal.aborted || context.signal.aborted) throw error;
    await endOneOff(host, oneOff.name);
    throw watch.signal.reason;
  });
  if (!run.keep) await endOneOff(host, oneOff.name);
  // Of what is refused, restic gives up on some at once.
  const refusal = code === exit.failed && !outOfMemory ? await watch.refusal() : undefined;
  if (refusal) throw refusal;
  output.code = code;
  return { outOfMemory, output };
}
