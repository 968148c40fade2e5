import type { FactScope } from '../access/scope.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import type { Living, Place } from '../feature/holding.ts';
import { replicaResource, changeReplica } from './rows.ts';

const of = (orgId: string, serverId: string) => ({
  orgId,
  serverId,
  instance: { serverId: { not: serverId }, status: { not: 'removed' as const } },
});

/** The replicas on a server of the instances of other servers. */
export async function replicasOn(tx: Tx, { type, orgId, id }: Place): Promise<readonly Living[]> {
  if (type !== 'server') return [];
  const where = of(orgId, id);
  const first = await tx.databaseReplica.findMany({
    where,
    select: { number: true, instance: { select: { name: true } } },
    orderBy: { id: 'asc' },
    take: 100,
  });
  const names = first.map(({ number, instance }) => `replica ${number} of ${instance.name}`);
  return [{ type: 'database_replica', onServers: true, count: await tx.databaseReplica.count({ where }), names }];
}

/** Replicas on a server that nobody reaches, and that goes: their rows say so until somebody removes them. */
export async function leaveReplicas(tx: Tx, scope: FactScope, serverId: string): Promise<string[]> {
  const replicas = await tx.databaseReplica.findMany({
    where: of(scope.orgId, serverId),
    include: { instance: { select: { name: true } } },
    orderBy: { id: 'asc' },
  });
  for (const replica of replicas) {
    await changeReplica(tx, replica, { status: 'lost', statusMessage: 'Its server was removed. Remove the replica.' });
    await recordFact(tx, scope, {
      action: 'database_replica.lost',
      resource: replicaResource,
      resourceId: replica.id,
      resourceName: `replica ${replica.number}`,
      projectId: replica.projectId,
      after: { status: 'lost', reason: null, instanceId: replica.instanceId },
    });
  }
  return replicas.map(({ number, instance }) => `replica ${number} of ${instance.name}`);
}
