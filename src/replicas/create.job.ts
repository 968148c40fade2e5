import { setTimeout as sleep } from 'node:timers/promises';
import { recordFact } from '../audit/mutation.ts';
import {
  applyConf,
  findContainer,
  removeContainer,
  sql,
  usesReplicas,
  allowReplication,
  forgetReplication,
  requireCopySpace,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { ensureCopy, ensureReplica, type Made, replicaContainer } from './containers.ts';
import { runCopy } from './copying.ts';
import { connectServers } from './gates.ts';
import { removeEverywhere } from './home.ts';
import { createReplicaKind } from './kinds.ts';
import { isFar, readsAt, replicaNames } from './names.ts';
import { release, servedBy } from './reading.ts';
import { madeOf } from './made.ts';
import { changeReplica, replicaResource, replicaSiteOf } from './rows.ts';

const streamingMs = 300_000;

async function copy(context: StepContext<{ replicaId: string }>): Promise<string> {
  const made = await madeOf(context);
  const { home, replica } = made;
  return runCopy(context, home.host, replicaNames(replica).volume, () => ensureCopy(made));
}

/** Waits until the primary sends what happens to the replica. */
async function waitUntilStreaming(context: StepContext<unknown>, { site, home, replica }: Made): Promise<string> {
  const { slot } = replicaNames(replica);
  const question = `SELECT state FROM pg_stat_replication WHERE application_name = '${slot}';`;
  const started = Date.now();
  for (;;) {
    const state = await sql(site.host, site.instance, 'postgres', question, context.signal);
    if (state === 'streaming') return `Streaming after ${((Date.now() - started) / 1000).toFixed(1)} s`;
    const info = await replicaContainer(home.host, replica);
    const stopped = !info?.State.Running && (info?.RestartCount ?? 0) > 5;
    if (stopped || Date.now() - started > streamingMs)
      throw new StepError(
        'database_error',
        stopped ? 'The replica does not start' : `The replica does not follow the primary: ${state || 'not connected'}`,
        'Read the PostgreSQL log of the instance, then rebuild the replica.',
      );
    await sleep(200, undefined, { signal: context.signal });
  }
}

export const createReplicaJob = implementOperation({
  kind: createReplicaKind,
  steps: {
    prepare: async (context) => {
      const { site, replica, password } = await replicaSiteOf(context);
      await removeEverywhere(context, { site, replica });
      await forgetReplication(site, replicaNames(replica).slot, context.signal);
      await context.write((tx) => changeReplica(tx, replica, { madeBy: context.operation.id, linkEnc: null }));
      const { diskTotalBytes, message } = await requireCopySpace(context, site, replica.serverId);
      const name = replicaNames(replica).slot;
      await allowReplication(site, { name, password, diskTotalBytes }, context.signal);
      return message;
    },
    connect: async (context) => {
      const made = await madeOf(context);
      return isFar(made.site.instance, made.replica)
        ? connectServers(context, made)
        : 'It is on the server of the instance';
    },
    copy,
    start: async (context) => {
      const made = await madeOf(context);
      const { home, replica } = made;
      await ensureReplica(made, context.signal);
      const copied = await findContainer(home.host, replicaNames(replica).copy);
      if (copied) await removeContainer(home.host, copied.Id);
      return waitUntilStreaming(context, made);
    },
    use: async (context) => {
      const { site, replica } = await replicaSiteOf(context);
      if (!usesReplicas(site.instance)) return `Odoo ${site.instance.odooVersion} does not read from replicas`;
      const other = await servedBy(context.app, site.instance, replica.id);
      if (other) return 'Odoo reads from another replica already';
      const instance = await context.write((tx) =>
        tx.instance.update({ where: { id: site.instance.id }, data: { replicaHost: readsAt(site.instance, replica) } }),
      );
      return applyConf(context, { ...site, instance });
    },
  },
  cleanup: async (context) => {
    const { site, replica } = await replicaSiteOf(context);
    await release(context, site, replica);
    await removeEverywhere(context, { site, replica });
    await forgetReplication(site, replicaNames(replica).slot, context.signal);
    context.log('info', 'What was made of the replica has been removed');
  },
  settle: async (tx, { operation, scope, input }, outcome, error) => {
    const where = { id: input.replicaId, orgId: operation.orgId };
    const replica = await tx.databaseReplica.findFirst({ where });
    if (!replica) return;
    const done = outcome === 'succeeded';
    const status = done ? 'online' : 'failed';
    await changeReplica(tx, replica, {
      status,
      statusMessage: error?.message ?? null,
      lagBytes: null,
      lagSeconds: null,
      checkedAt: null,
    });
    await recordFact(tx, scope, {
      action: done ? 'database_replica.online' : 'database_replica.failed',
      resource: replicaResource,
      resourceId: replica.id,
      resourceName: `replica ${replica.number}`,
      projectId: replica.projectId,
      after: { status, reason: error?.code ?? null, instanceId: replica.instanceId },
    });
  },
});
