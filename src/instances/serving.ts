import type { StepContext } from '../operations/kind.ts';
import { StepError } from '../operations/kind.ts';
import { toRemoteError } from '../remote/index.ts';
import { startContainer } from './containers.ts';
import { servingContainer, type Site } from './context.ts';
import type { Settings } from './kinds.ts';
import { ensureOdoo, type PublishedPorts } from './odoo-container.ts';
import { workersOf } from './odoo-conf.ts';
import { endTrust } from './odoo-trust.ts';
import { ensurePooler } from './pooler.ts';
import { allocatePort, type PortPurpose } from './ports.ts';
import { removeContainer } from './removal.ts';

const maxTaken = 20;

/**
 * Creates and starts the container that serves. With workers, Odoo has its WebSockets on a port of their own, which is
 * published then. Our table says that a port is free; another program on the server may think otherwise, then the next is
 * tried. Where users know the address, `keeps` it.
 */
export async function startServing(
  context: StepContext<unknown>,
  site: Site,
  settings: Settings,
  keeps?: PortPurpose,
): Promise<PublishedPorts> {
  const { instance, host, sizing } = site;
  await ensurePooler(context, site, settings);
  await endTrust(context, site);
  const allocate = (purpose: PortPurpose, above = 0): Promise<number> =>
    context.write((tx) => allocatePort(context.app, tx, instance.serverId, instance.id, purpose, above));
  const ports: PublishedPorts = {
    http: await allocate('http'),
    longpolling: workersOf(settings, sizing) > 0 ? await allocate('longpolling') : null,
  };
  for (let attempt = 0; attempt < maxTaken; attempt += 1) {
    const id = await ensureOdoo(host, instance, await servingContainer(context, site, settings, ports));
    try {
      await startContainer(host, id);
      return ports;
    } catch (error) {
      const remote = toRemoteError(error);
      const { longpolling } = ports;
      const purpose = longpolling && new RegExp(`:${longpolling}\\b`).test(remote.message) ? 'longpolling' : 'http';
      if (remote.code !== 'port_in_use' || purpose === keeps) throw remote;
      const taken = ports[purpose] ?? 0;
      context.log('warning', `Port ${taken} is taken by another program on the server; trying the next`);
      await removeContainer(host, id);
      ports[purpose] = await allocate(purpose, taken);
    }
  }
  throw new StepError(
    'no_free_port',
    'Twenty ports in a row are taken by other programs on the server',
    'Set PORT_RANGE to a range that nothing else uses.',
  );
}
