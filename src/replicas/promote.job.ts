import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import {
  applyConf,
  findContainer,
  instanceResource,
  namesOf,
  removeContainer,
  runDatabase,
  sql,
  sqlIn,
  startContainer,
  stopContainer,
  volumesOf,
  forgetReplication,
  requireCopySpace,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { unless } from '../remote/index.ts';
import { bringBack, removeBrought } from './bring-back.ts';
import { removeReplicaContainers } from './containers.ts';
import { homeOf, removeEverywhere } from './home.ts';
import { promoteReplicaKind } from './kinds.ts';
import { isFar, portPurpose, replicaNames } from './names.ts';
import { changeReplica, replicaResource, type ReplicaSite, replicaSiteOf } from './rows.ts';

type Input = z.infer<typeof promoteReplicaKind.input>;
type Context = StepContext<Input>;

const catchUpMs = 120_000;
/** One that has just lost its connection comes back within seconds. */
const connectMs = 15_000;

/** Where the data was before, for the way back; `promoted`: the replica is no longer one. */
const stateShape = z.object({
  oldVolume: z.string().optional(),
  /** As the row has it; empty for null. */
  oldColumn: z.string().optional(),
  promoted: z.boolean().optional(),
  finishing: z.boolean().optional(),
  rolledBack: z.boolean().optional(),
});

/** With Odoo stopped: waits until the replica has all that was ever committed. */
async function catchUp({ signal }: Context, { site, replica }: ReplicaSite): Promise<void> {
  const ask = (statements: string) => sql(site.host, site.instance, 'postgres', statements, signal);
  const { slot } = replicaNames(replica);
  const end = await ask('SELECT pg_current_wal_lsn();');
  const behind = `SELECT coalesce((SELECT '${end || '0/0'}'::pg_lsn - replay_lsn FROM pg_stat_replication WHERE application_name = '${slot}'), -1) AS replica_behind;`;
  const started = Date.now();
  for (let left = await ask(behind); Number(left) !== 0; left = await ask(behind)) {
    // What PostgreSQL writes by itself comes after the end that was asked for.
    if (Number(left) < 0 && left !== '-1') return;
    if (Date.now() - started > (left === '-1' ? connectMs : catchUpMs))
      throw new StepError(
        'replica_not_ready',
        left === '-1'
          ? 'The replica is not connected to the primary'
          : `The replica is ${left} bytes behind the primary`,
        'Wait until the replica is online, or promote it with force: what it does not have is lost then.',
      );
    await sleep(200, undefined, { signal });
  }
}

async function promote(context: Context): Promise<string> {
  const { signal, saveState } = context;
  const made = await replicaSiteOf(context);
  const { site, replica } = made;
  const { host, instance } = site;
  const names = replicaNames(replica);
  if (stateShape.parse(context.state).promoted !== true) {
    await saveState({ oldVolume: volumesOf(instance).database, oldColumn: instance.databaseVolume ?? '' });
    if (isFar(instance, replica)) {
      await startContainer(host, names.gate);
      await bringBack(context, {
        ...made,
        home: await homeOf(context, { site, replica }),
        operationId: context.operation.id,
      });
    } else {
      await startContainer(host, names.container);
      const question = 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote(true, 60) ELSE true END AS promoted;';
      if ((await sqlIn(host, names.container, 'postgres', question, signal)) !== 't')
        throw new StepError('replica_not_ready', 'The replica did not become a primary within a minute');
    }
    await saveState({ promoted: true });
  }
  await removeReplicaContainers(host, replica);
  const primary = await findContainer(host, namesOf(instance.id).database);
  if (primary) await removeContainer(host, primary.Id);
  await context.write((tx) =>
    tx.instance.update({ where: { id: instance.id }, data: { databaseVolume: names.volume, replicaHost: null } }),
  );
  return 'The replica is the primary';
}

/** The old primary was stopped in good order and has everything that Odoo wrote. */
async function goBack(context: Context): Promise<void> {
  const { oldColumn, promoted, finishing } = stateShape.parse(context.state);
  if (finishing) return;
  const { site, replica } = await replicaSiteOf(context);
  let { instance } = site;
  if (promoted) {
    instance = await context.write((tx) =>
      tx.instance.update({
        where: { id: instance.id },
        data: { databaseVolume: oldColumn || null, replicaHost: null },
      }),
    );
    await removeReplicaContainers(site.host, replica);
    const made = await findContainer(site.host, namesOf(instance.id).database);
    if (made) {
      await stopContainer(site.host, made.Id, 60);
      await removeContainer(site.host, made.Id);
    }
  }
  if (isFar(instance, replica)) await removeBrought({ site, replica });
  await runDatabase(context, { ...site, instance });
  await applyConf(context, { ...site, instance });
  await context.saveState({ rolledBack: true });
  context.log('warning', 'The old primary serves again');
}

/** What happens to the row and to those of the other replicas, which followed the old primary. */
async function settleReplicas(tx: Tx, replica: ReplicaSite['replica'], done: boolean): Promise<void> {
  if (!done) return;
  await tx.databaseReplica.deleteMany({ where: { id: replica.id, orgId: replica.orgId } });
  const { instanceId } = replica;
  await tx.portAllocation.deleteMany({ where: { instanceId, purpose: portPurpose(replica) } });
  const others = await tx.databaseReplica.findMany({ where: { instanceId: replica.instanceId, orgId: replica.orgId } });
  for (const other of others)
    await changeReplica(tx, other, {
      status: 'lost',
      statusMessage: 'It followed the former primary. Rebuild it.',
      lagBytes: null,
      lagSeconds: null,
    });
}

export const promoteReplicaJob = implementOperation({
  kind: promoteReplicaKind,
  steps: {
    stop: async (context) => {
      const made = await replicaSiteOf(context);
      const { host, instance } = made.site;
      if (isFar(instance, made.replica) && !context.input.force) await requireCopySpace(context, made.site);
      const { odoo, database } = namesOf(instance.id);
      await stopContainer(host, odoo, 30);
      const primary = await findContainer(host, database);
      if (primary?.State.Running && !context.input.force) await catchUp(context, made);
      else if (!context.input.force)
        throw new StepError(
          'replica_not_ready',
          'The primary does not run: nobody can tell whether the replica has everything',
          'Start the instance, or promote the replica with force: what it does not have is lost then.',
        );
      if (primary) await stopContainer(host, database, 60);
    },
    promote,
    start: async (context) => {
      const { site } = await replicaSiteOf(context);
      await runDatabase(context, site);
      const reset = 'ALTER SYSTEM RESET primary_conninfo; ALTER SYSTEM RESET primary_slot_name;';
      await sql(site.host, site.instance, 'postgres', reset, context.signal);
      return applyConf(context, site);
    },
    finish: async (context) => {
      const { oldVolume } = stateShape.parse(context.state);
      const { site, replica } = await replicaSiteOf(context);
      await context.saveState({ finishing: true });
      if (oldVolume !== undefined && oldVolume !== volumesOf(site.instance).database)
        await unless(404, site.host.docker.removeVolume(oldVolume));
      await removeEverywhere(context, { site, replica }, volumesOf(site.instance).database);
      await forgetReplication(site, replicaNames(replica).slot, context.signal);
    },
  },
  cleanup: goBack,
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
    const { finishing, rolledBack, promoted } = stateShape.parse(state);
    const done = outcome === 'succeeded' || finishing === true;
    const status = done || rolledBack ? 'running' : operation.attempt === 0 ? input.instanceFrom : 'failed';
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data: { status, statusMessage: done ? null : `The replica was not promoted: ${error?.message ?? ''}` },
    });
    const where = { id: input.replicaId, orgId: operation.orgId };
    const replica = await tx.databaseReplica.findFirst({ where });
    if (!replica) return;
    await settleReplicas(tx, replica, done);
    if (!done)
      await changeReplica(tx, replica, {
        status: promoted ? 'failed' : input.from,
        statusMessage: promoted ? 'It was promoted, and the primary serves again. Rebuild it.' : null,
      });
    await recordFact(tx, scope, {
      action: done ? 'database_replica.promoted' : 'database_replica.failed',
      resource: replicaResource,
      resourceId: replica.id,
      resourceName: `replica ${replica.number}`,
      projectId: replica.projectId,
      after: { status: done ? 'primary' : 'failed', reason: error?.code ?? null, instanceId: replica.instanceId },
    });
    await recordFact(tx, scope, {
      action: status === 'running' ? 'instance.started' : 'instance.error',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { status, reason: error?.code ?? null },
    });
  },
});
