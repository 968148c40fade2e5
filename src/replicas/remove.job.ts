import { recordFact } from '../audit/mutation.ts';
import { forgetReplication } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { removeEverywhere } from './home.ts';
import { removeReplicaKind } from './kinds.ts';
import { portPurpose, replicaNames } from './names.ts';
import { release } from './reading.ts';
import { changeReplica, replicaResource, replicaSiteOf } from './rows.ts';

export const removeReplicaJob = implementOperation({
  kind: removeReplicaKind,
  steps: {
    release: async (context) => {
      const { site, replica } = await replicaSiteOf(context);
      return release(context, site, replica);
    },
    remove: async (context) => {
      const { site, replica } = await replicaSiteOf(context);
      await removeEverywhere(context, { site, replica });
      await forgetReplication(site, replicaNames(replica).slot, context.signal);
      return 'Removed, with its slot and its role';
    },
  },
  settle: async (tx, { operation, scope, input }, outcome, error) => {
    const where = { id: input.replicaId, orgId: operation.orgId };
    const replica = await tx.databaseReplica.findFirst({ where });
    if (!replica) return;
    const done = outcome === 'succeeded';
    if (done) {
      await tx.databaseReplica.deleteMany({ where });
      await tx.portAllocation.deleteMany({
        where: { instanceId: replica.instanceId, purpose: portPurpose(replica) },
      });
    } else
      await changeReplica(tx, replica, {
        status: operation.attempt === 0 ? input.from : 'failed',
        statusMessage: error?.message ?? null,
      });
    await recordFact(tx, scope, {
      action: done ? 'database_replica.removed' : 'database_replica.failed',
      resource: replicaResource,
      resourceId: replica.id,
      resourceName: `replica ${replica.number}`,
      projectId: replica.projectId,
      after: { status: done ? 'removed' : 'failed', reason: error?.code ?? null, instanceId: replica.instanceId },
    });
  },
});
