import {
  allocatePort,
  ensureOdoo,
  findContainer,
  namesOf,
  removeContainer,
  servingContainer,
  settingsOf,
  type Site,
  startContainer,
} from '../instances/index.ts';
import { toRemoteError } from '../remote/index.ts';
import type { Context } from './context.ts';
import { requireHealthy } from './findings.ts';

const maxTaken = 5;

/**
 * Starts the new version beside the one that serves, over the same data, for nobody but this look: without cron jobs, and on
 * loopback. The old one is not stopped unless this one is healthy.
 */
export async function tryBeside(context: Context, site: Site): Promise<string> {
  const { host, instance } = site;
  const name = namesOf(instance.id).trial;
  await endTrial(context, site);
  let port = 0;
  for (let attempt = 1; ; attempt += 1) {
    port = await context.write((tx) => allocatePort(context.app, tx, instance.serverId, instance.id, 'trial', port));
    const settings = { ...settingsOf(instance), workers: 0, maxCronThreads: 0 };
    const container = await servingContainer(context, site, settings, { http: port, longpolling: null });
    const id = await ensureOdoo(host, instance, { ...container, name, bindAddress: '127.0.0.1', part: 'one-off' });
    try {
      await startContainer(host, id);
      break;
    } catch (error) {
      if (toRemoteError(error).code !== 'port_in_use' || attempt === maxTaken) throw error;
      await removeContainer(host, id);
    }
  }
  const message = await requireHealthy(context, site, { httpPort: port, longpollingPort: null }, name);
  await endTrial(context, site);
  return message;
}

/** Removes the container of a trial and gives its port back. */
export async function endTrial(context: Context, { host, instance }: Pick<Site, 'host' | 'instance'>): Promise<void> {
  const known = await findContainer(host, namesOf(instance.id).trial);
  if (known) await removeContainer(host, known.Id);
  await context.write((tx) => tx.portAllocation.deleteMany({ where: { instanceId: instance.id, purpose: 'trial' } }));
}
