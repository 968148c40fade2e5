import type { StepContext } from '../operations/kind.ts';
import { type ContainerLine, dockerStatus, type RemoteHost, runOneOff } from '../remote/index.ts';
import { toolBounds } from './container-limits.ts';
import { ensureCreated, findContainer, logConfig } from './containers.ts';
import type { Site } from './context.ts';
import { wasInterrupted } from './interrupted.ts';
import { labelsOf, namesOf, operationLabel } from './names.ts';
import { removeContainer } from './removal.ts';

/** How often it begins again after the engine or the machine went down under it. */
const maxInterruptions = 5;

/** A program that works on an instance's data in a container of its own, which outlives the worker that began it. */
export interface OneOff {
  /** What it is called after the instance: one of that name at a time. */
  name: string;
  image: string;
  /** The program and its arguments, in place of what the image would start. */
  program: readonly [string, ...string[]];
  mounts: readonly { volume: string; target: string; readOnly?: true }[];
  env?: readonly string[];
  /** Put in before it starts, readable by root alone. */
  secretFile?: { path: string; content: string };
  /** Whether it reaches what the instance's own containers reach. */
  network: boolean;
  /** Makes ready what it works on, each time before it begins; not when it is found running or ended. */
  prepare?: () => Promise<unknown>;
}

type Context = Pick<StepContext<unknown>, 'operation' | 'signal' | 'log'>;

/**
 * Runs it to its end and removes it; gives its exit code. Whoever takes over goes on with the one that runs; one that was
 * interrupted from outside begins again, so the program must be safe to repeat.
 */
export async function runTool(
  context: Context,
  site: Site,
  tool: OneOff,
  onLine: (line: ContainerLine) => void,
): Promise<number> {
  const { operation, signal, log } = context;
  const { host } = site;
  for (let interruptions = 0; ; interruptions += 1) {
    await removeStrangers(host, nameOf(site, tool), operation.id);
    if (tool.prepare && !(await findContainer(host, nameOf(site, tool)))) await tool.prepare();
    const id = await create(context, site, tool);
    const code = await runOneOff(host.docker, id, { onLine, signal }).catch((error: unknown) => {
      // Gone altogether: an engine that comes back may have forgotten it.
      if (dockerStatus(error) === 404) return 255;
      throw error;
    });
    const info = await findContainer(host, id);
    const interrupted = !info || wasInterrupted(info);
    if (info) await removeContainer(host, info.Id);
    if (!interrupted || interruptions === maxInterruptions) return code;
    log('warning', `${tool.program[0]} was interrupted from outside (exit code ${code}); it starts again`);
  }
}

const nameOf = ({ instance }: Site, { name }: OneOff): string => `${namesOf(instance.id).network}-${name}`;

/** What an earlier operation could not clean up. */
async function removeStrangers(host: RemoteHost, name: string, operationId: string): Promise<void> {
  const known = await findContainer(host, name);
  if (known && known.Config?.Labels[operationLabel] !== operationId) await removeContainer(host, known.Id);
}

function create({ operation }: Context, site: Site, tool: OneOff): Promise<string> {
  const { host, instance, sizing } = site;
  const [program, ...rest] = tool.program;
  const file = tool.secretFile;
  return ensureCreated(
    host,
    instance,
    nameOf(site, tool),
    {
      Image: tool.image,
      Entrypoint: [program],
      Cmd: rest,
      Env: tool.env ?? [],
      User: '0:0',
      Labels: labelsOf(instance, 'one-off', operation.id),
      HostConfig: {
        NetworkMode: tool.network ? namesOf(instance.id).network : 'none',
        Mounts: tool.mounts.map(({ volume, target, readOnly }) => ({
          Type: 'volume',
          Source: volume,
          Target: target,
          ...(readOnly ? { ReadOnly: true } : {}),
        })),
        LogConfig: logConfig,
        ...toolBounds(sizing),
      },
    },
    ...(file ? [{ path: file.path, content: () => file.content, mode: 0o400 }] : []),
  );
}

/** Removes the containers that an operation began and did not see end. */
export async function removeTools(
  { operation }: Pick<StepContext<unknown>, 'operation'>,
  { host }: Site,
): Promise<void> {
  for (const { Id, Labels } of await host.docker.listContainers([`${operationLabel}=${operation.id}`]))
    if (Labels['sh.ocore.part'] === 'one-off') await removeContainer(host, Id);
}
