import type { StepContext } from '../operations/kind.ts';
import { type RemoteHost, toRemoteError } from '../remote/index.ts';
import { startContainer, stopContainer } from './containers.ts';
import type { Site } from './context.ts';
import { instanceLabel, partLabel } from './names.ts';

/**
 * What follows the database of an instance: its replicas, and what archives its changes. They stop after it, with all
 * that it had to say, and their volumes are nobody else's: whoever makes the other containers again leaves them.
 */
const companions: readonly (string | undefined)[] = ['replica', 'wal'];

export const isCompanion = ({ Labels }: { Labels: Record<string, string> }): boolean =>
  companions.includes(Labels[partLabel]);

const companionsOf = async (host: RemoteHost, instanceId: string) =>
  (await host.docker.listContainers([`${instanceLabel}=${instanceId}`])).filter(isCompanion);

export async function stopCompanions(host: RemoteHost, instanceId: string): Promise<void> {
  for (const { Id } of await companionsOf(host, instanceId)) await stopContainer(host, Id, 60);
}

/** Odoo serves without them: one that does not start is told, and found by the monitor. */
export async function startCompanions(
  { log }: Pick<StepContext<unknown>, 'log'>,
  { host, instance }: Pick<Site, 'host' | 'instance'>,
): Promise<void> {
  for (const { Id, Labels } of await companionsOf(host, instance.id))
    await startContainer(host, Id).catch((error: unknown) => {
      const { code, message } = toRemoteError(error);
      if (code !== 'docker_error') throw error;
      log('warning', `The container of its ${Labels[partLabel]} did not start: ${message}`);
    });
}
