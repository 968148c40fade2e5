import type { Instance } from '../../prisma/generated/client/client.ts';
import type { StepContext } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';
import { attemptHost } from '../servers/index.ts';
import { instanceLabel } from './names.ts';

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'connect' | 'log'>;

/** The other servers that the instance has something on: those of its replicas. What is on one that nobody reaches is left there. */
export async function hostsElsewhere(
  context: Context,
  { id, serverId }: Pick<Instance, 'id' | 'serverId'>,
): Promise<RemoteHost[]> {
  const { app, operation, log } = context;
  const replicas = await app.db.prisma.databaseReplica.findMany({
    where: { instanceId: id, orgId: operation.orgId, serverId: { not: serverId } },
    distinct: ['serverId'],
    select: { server: { select: { id: true, name: true, status: true } } },
  });
  const hosts: RemoteHost[] = [];
  for (const { server } of replicas) {
    if (server.status === 'unreachable' || server.status === 'removed')
      log('warning', `${server.name} is not reachable: remove what has the label ${instanceLabel}=${id} there by hand`);
    else hosts.push(await attemptHost(context, server.id));
  }
  return hosts;
}
