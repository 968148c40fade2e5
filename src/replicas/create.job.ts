import { setTimeout as sleep } from 'node:timers/promises';
import { recordFact } from '../audit/mutation.ts';
import {
  applyConf,
  findContainer,
  removeContainer,
  sql,
  usesReplicas,
  wasInterrupted,
  allowReplication,
  forgetReplication,
  requireCopySpace,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { runOneOff } from '../remote/index.ts';
import {
  ensureCopy,
  ensureReplica,
  removeReplicaContainers,
  removeReplicaObjects,
  replicaContainer,
} from './containers.ts';
import { createReplicaKind } from './kinds.ts';
import { replicaNames } from './names.ts';
import { release, servedBy } from './reading.ts';
import { changeReplica, replicaResource, type ReplicaSite, replicaSiteOf } from './rows.ts';

const maxInterruptions = 5;
const streamingMs = 300_000;

/** Copies the primary; a copy that the engine took down half-way begins again, over an empty volume. */
async function copy(context: StepContext<{ replicaId: string }>): Promise<string> {
  const { signal, operation, log, progress } = context;
  for (let interruptions = 0; ; interruptions += 1) {
    const { site, replica, password } = await replicaSiteOf(context);
    const id = await ensureCopy({ site, replica, password, operationId: operation.id });
    const last: string[] = [];
    const code = await runOneOff(site.host.docker, id, {
      signal,
      onLine: ({ line }) => {
        const done = /\((\d+)%\)/.exec(line)?.[1];
        if (done) return progress(Number(done), line.trim());
        log('info', line);
        last.push(line);
        if (last.length > 5) last.shift();
      },
    });
    if (code === 0) return 'Copied';
    const info = await findContainer(site.host, id);
    if ((info && !wasInterrupted(info)) || interruptions >= maxInterruptions)
      throw new StepError('database_error', `pg_basebackup ended with exit code ${code}: ${last.join(' ')}`);
    log('warning', `The copy was interrupted from outside (exit code ${code}); it starts again`);
    if (info) await removeContainer(site.host, info.Id);
    await site.host.docker.removeVolume(replicaNames(replica).volume);
  }
}

/** Waits until the primary sends what happens to the replica. */
async function waitUntilStreaming(context: StepContext<unknown>, { site, replica }: ReplicaSite): Promise<string> {
  const { slot } = replicaNames(replica);
  const question = `SELECT state FROM pg_stat_replication WHERE application_name = '${slot}';`;
  const started = Date.now();
  for (;;) {
    const state = await sql(site.host, site.instance, 'postgres', question, context.signal);
    if (state === 'streaming') return `Streaming after ${((Date.now() - started) / 1000).toFixed(1)} s`;
    const info = await replicaContainer(site.host, replica);
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
      await removeReplicaObjects(site.host, replica);
      await forgetReplication(site, replicaNames(replica).slot, context.signal);
      await context.write((tx) => changeReplica(tx, replica, { madeBy: context.operation.id }));
      const { diskTotalBytes, message } = await requireCopySpace(context, site);
      const name = replicaNames(replica).slot;
      await allowReplication(site, { name, password, diskTotalBytes }, context.signal);
      return message;
    },
    copy,
    start: async (context) => {
      const made = await replicaSiteOf(context);
      const { site, replica } = made;
      await ensureReplica({ ...made, operationId: context.operation.id }, context.signal);
      const copied = await findContainer(site.host, replicaNames(replica).copy);
      if (copied) await removeContainer(site.host, copied.Id);
      return waitUntilStreaming(context, made);
    },
    use: async (context) => {
      const { site, replica } = await replicaSiteOf(context);
      if (!usesReplicas(site.instance)) return `Odoo ${site.instance.odooVersion} does not read from replicas`;
      const other = await servedBy(context.app, site.instance, replica.id);
      if (other) return 'Odoo reads from another replica already';
      const instance = await context.write((tx) =>
        tx.instance.update({ where: { id: site.instance.id }, data: { replicaHost: replicaNames(replica).container } }),
      );
      return applyConf(context, { ...site, instance });
    },
  },
  cleanup: async (context) => {
    const { site, replica } = await replicaSiteOf(context);
    await release(context, site, replica);
    await removeReplicaContainers(site.host, replica);
    await removeReplicaObjects(site.host, replica);
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
