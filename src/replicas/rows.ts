import type { DatabaseReplica } from '../../prisma/generated/client/client.ts';
import type { Tx } from '../database/database.ts';
import { found } from '../errors.ts';
import { liveTopics } from '../events/live-resource.ts';
import { notify } from '../events/hub.ts';
import { siteOf, type Site } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { passwordOwner } from './names.ts';

/** Its subscribers are woken by its events. */
export const replicaResource = { type: 'database_replica', topics: liveTopics('database_replica') };

export interface ReplicaSite {
  site: Site;
  replica: DatabaseReplica;
  password: string;
}

type Context = Pick<StepContext<{ replicaId: string }>, 'app' | 'operation' | 'connect' | 'input'>;

/** The replica that an operation of its instance is about, with this attempt's way to their server. */
export async function replicaSiteOf(context: Context): Promise<ReplicaSite> {
  const { app, operation, input } = context;
  const where = { id: input.replicaId, orgId: operation.orgId, instanceId: operation.resourceId };
  const replica = found(await app.db.prisma.databaseReplica.findFirst({ where }), 'replica', input.replicaId);
  const site = await siteOf(context);
  return { site, replica, password: await app.secrets.open(replica.passwordEnc, passwordOwner(replica.id)) };
}

/** Changes the row in the transaction of a worker, and tells those who watch it. */
export async function changeReplica(
  tx: Tx,
  { id, orgId }: Pick<DatabaseReplica, 'id' | 'orgId'>,
  data: Partial<
    Pick<
      DatabaseReplica,
      'status' | 'statusMessage' | 'madeBy' | 'port' | 'linkEnc' | 'lagBytes' | 'lagSeconds' | 'checkedAt'
    >
  >,
): Promise<void> {
  await tx.databaseReplica.updateMany({ where: { id, orgId }, data });
  await notify(tx, replicaResource.topics(orgId, id));
}
