import { found } from '../errors.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { hostScript, negotiated, toRemoteError } from '../remote/index.ts';
import { probeContainer, removeProbe } from './probe.ts';
import { attemptHost } from './target.ts';

const nothingScript = hostScript`:`;

/** Whether the engine responds and is new enough; where it keeps its data. */
export async function checkDocker(context: StepContext<unknown>): Promise<string> {
  const { operation, signal, write } = context;
  const host = await attemptHost(context, operation.resourceId, 'look');
  const version = await host.docker.version({ signal });
  if (!negotiated(version.ApiVersion))
    throw new StepError(
      'docker_too_old',
      `Docker ${version.Version} is too old; 20.10 or newer is needed`,
      'Upgrade Docker on the server.',
    );
  const { DockerRootDir: dockerRootDir } = await host.docker.info({ signal });
  await write((tx) =>
    tx.server.update({
      where: { id: operation.resourceId },
      data: { dockerVersion: version.Version, dockerRootDir },
    }),
  );
  return `Docker ${version.Version}, API ${version.ApiVersion}`;
}

/** Whether sshd opens the channels that provisioning and health checks need. */
export async function checkChannels(context: StepContext<unknown>): Promise<string> {
  const { app, operation, signal } = context;
  const host = await attemptHost(context, operation.resourceId, 'look');
  // Two sessions at once beside the engine's, as when a log is followed while something else is done.
  await Promise.all([1, 2].map(() => host.run(nothingScript, { signal })));
  // Nothing need listen there yet: what counts is whether sshd tries.
  await host
    .httpGet({ port: app.config.PORT_RANGE.from, path: '/', timeoutMs: 5000, signal })
    .catch((error: unknown) => {
      if (host.closed || signal.aborted || toRemoteError(error).code === 'ssh_forwarding_refused') throw error;
    });
  return 'Sessions and ports work';
}

/** Whether a container runs. */
export async function checkContainer(context: StepContext<unknown>): Promise<string> {
  const { app, operation } = context;
  await context.saveState({ probed: true });
  const host = await attemptHost(context, operation.resourceId);
  const row = await app.db.prisma.server.findUnique({ where: { id: operation.resourceId } });
  const { id, architecture } = found(row, 'server', operation.resourceId);
  await probeContainer(host, { id, architecture: architecture ?? '' });
  return 'A container runs and ends well';
}

/** Takes away what the container check of an earlier attempt may have left. */
export async function cleanUpChecks(context: StepContext<unknown>): Promise<void> {
  const { operation, state } = context;
  if (!state['probed']) return;
  await removeProbe(await attemptHost(context, operation.resourceId), operation.resourceId);
}
