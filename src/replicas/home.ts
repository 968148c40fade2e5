import type { Instance } from '../../prisma/generated/client/client.ts';
import { found } from '../errors.ts';
import { instanceLabel, namesOf, type Site, sizingOf } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { type RemoteHost, unless } from '../remote/index.ts';
import { attemptHost } from '../servers/index.ts';
import { type Home, removeReplicaObjects } from './containers.ts';
import { isFar, replicaNames, type ReplicaRow } from './names.ts';

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'connect'>;
interface Placed {
  site: Site;
  replica: ReplicaRow;
}

const serverOf = async ({ app, operation }: Context, { replica }: Placed) => {
  const where = { id: replica.serverId, orgId: operation.orgId };
  return found(await app.db.prisma.server.findFirst({ where }), 'server', replica.serverId);
};

export async function homeOf(context: Context, placed: Placed): Promise<Home> {
  const { site, replica } = placed;
  const { host, sizing, instance } = site;
  if (!isFar(instance, replica)) return { host, sizing, primary: namesOf(instance.id).database };
  return {
    host: await attemptHost(context, replica.serverId),
    sizing: sizingOf(await serverOf(context, placed)),
    primary: replicaNames(replica).gate,
  };
}

/** The network goes with the last of the instance's containers on a server that is not its own. */
async function removeFarNetwork(host: RemoteHost, instance: Instance): Promise<void> {
  const labels = [`${instanceLabel}=${instance.id}`];
  if ((await host.docker.listContainers(labels)).length > 0) return;
  for (const { Id } of await host.docker.listNetworks(labels)) await unless(404, host.docker.removeNetwork(Id));
}

/**
 * Removes everything of a replica from both servers, but for the volume that `keeps` names. What it has on a server that
 * nobody reaches is left there.
 */
export async function removeEverywhere(
  context: Context & Pick<StepContext<unknown>, 'log'>,
  placed: Placed,
  keeps?: string,
): Promise<void> {
  const { site, replica } = placed;
  await removeReplicaObjects(site.host, replica, keeps);
  if (!isFar(site.instance, replica)) return;
  const server = await serverOf(context, placed);
  if (server.status === 'unreachable' || server.status === 'removed')
    return context.log(
      'warning',
      `${server.name} is not reachable: remove what has the label sh.ocore.replica=${replica.id} there by hand`,
    );
  const { host } = await homeOf(context, placed);
  await removeReplicaObjects(host, replica);
  await removeFarNetwork(host, site.instance);
}
