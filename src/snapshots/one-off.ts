import type { StepContext } from '../operations/kind.ts';
import {
  findContainer,
  imageMounts,
  labelsOf,
  logConfig,
  removeContainer,
  stopContainer,
  wasInterrupted,
} from '../instances/index.ts';
import {
  type ContainerLine,
  type ContainerSpec,
  dockerStatus,
  putFile,
  type RemoteHost,
  runOneOff,
  unless,
} from '../remote/index.ts';

/** How often it begins again after the engine or the machine went down under it. */
const maxInterruptions = 5;
const graceSeconds = 15;
const mib = 1024 ** 2;

/** A container that does one thing and ends. */
export interface OneOff {
  readonly name: string;
  readonly part: string;
  /** Whose it is: it goes with the instance at the latest. */
  readonly instance: { readonly id: string; readonly orgId: string };
  readonly operationId: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Instead of the image's own. */
  readonly entrypoint?: readonly string[];
  readonly env: readonly string[];
  readonly hostname?: string;
  readonly network: string;
  readonly mounts: NonNullable<ContainerSpec['HostConfig']['Mounts']>;
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: number }[];
  readonly capabilities: readonly string[];
}

/** Who serves goes first; the rest of the processor is idle otherwise. */
export const bounds = (capabilities: readonly string[]) => ({
  CapDrop: ['ALL'],
  CapAdd: capabilities,
  SecurityOpt: ['no-new-privileges'],
  Memory: 1024 * mib,
  MemorySwap: 1024 * mib,
  CpuShares: 128,
  PidsLimit: 256,
});

async function ensureOneOff(host: RemoteHost, oneOff: OneOff): Promise<string> {
  const { name, part, instance, operationId, image, command, env, hostname, network, mounts, files } = oneOff;
  const known = await findContainer(host, name);
  if (known && known.State.Status !== 'created') return known.Id;
  if (!known) {
    const spec: ContainerSpec = {
      Image: image,
      ...(oneOff.entrypoint ? { Entrypoint: oneOff.entrypoint } : {}),
      Cmd: command,
      Env: env,
      ...(hostname === undefined ? {} : { Hostname: hostname }),
      User: '0:0',
      Labels: labelsOf(instance, part, operationId),
      StopSignal: 'SIGINT',
      HostConfig: { NetworkMode: network, Mounts: mounts, LogConfig: logConfig, ...bounds(oneOff.capabilities) },
    };
    const HostConfig = { ...spec.HostConfig, Mounts: (await imageMounts(host, spec)) ?? [] };
    await unless(409, host.docker.createContainer(name, { ...spec, HostConfig }));
  }
  const { Id } = known ?? (await host.docker.inspectContainer(name));
  for (const file of files) await putFile(host.docker, Id, { ...file, uid: 0, gid: 0 });
  return Id;
}

/**
 * Runs a container to its end, and again from the start when the engine goes down under it; a worker that takes over finds it
 * running or ended. `begin` is asked for a new reader each time. The container stays: its output is there for as long as the
 * result is not recorded.
 */
export async function runToEnd(
  context: Pick<StepContext<unknown>, 'signal' | 'log'>,
  host: RemoteHost,
  oneOff: OneOff,
  begin: () => (line: ContainerLine) => void,
): Promise<{ code: number; outOfMemory: boolean }> {
  for (let interruptions = 0; ; interruptions += 1) {
    const id = await ensureOneOff(host, oneOff);
    const code = await runOneOff(host.docker, id, { signal: context.signal, onLine: begin() }).catch(
      (error: unknown) => {
        // Gone altogether: an engine that comes back may have forgotten it.
        if (dockerStatus(error) === 404) return 255;
        throw error;
      },
    );
    const info = await findContainer(host, id);
    if ((info && !wasInterrupted(info)) || interruptions === maxInterruptions)
      return { code, outOfMemory: info?.State.OOMKilled ?? false };
    context.log(
      'warning',
      `The ${oneOff.part} container was interrupted from outside (exit code ${code}); it starts again`,
    );
    if (info) await removeContainer(host, id);
  }
}

/** Ends it in good order, if it runs, and removes it. */
export async function endOneOff(host: RemoteHost, name: string): Promise<void> {
  const known = await findContainer(host, name);
  if (!known) return;
  if (known.State.Running) await stopContainer(host, known.Id, graceSeconds);
  await removeContainer(host, known.Id);
}
