import { randomBytes } from 'node:crypto';
import type { DatabaseReplica } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, found, invalidState, notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { getInstance } from '../instances/index.ts';
import { foundById, page, type PageArgs } from '../lists.ts';
import { parse } from '../parse.ts';
import { createReplicaKind, promoteReplicaKind, removeReplicaKind, replicaStatuses } from './kinds.ts';
import { passwordOwner } from './names.ts';
import { createReplicaInput, placeOf } from './place.ts';
import { replicaResource } from './rows.ts';

/** PostgreSQL serves ten connections of this kind, and archiving and base backups need some. */
const most = 5;

export async function getReplica(scope: OrgScope, id: string): Promise<DatabaseReplica> {
  const replica = isId(id)
    ? await scope.db.databaseReplica.findFirst({
        where: { id, orgId: scope.orgId, instance: { status: { not: 'removed' } } },
      })
    : null;
  return reachable(scope, 'replica', id, replica, (row) => row.projectId);
}

/** By its instance, as a path has it. */
export async function getReplicaOf(scope: OrgScope, instanceId: string, id: string): Promise<DatabaseReplica> {
  const replica = await getReplica(scope, id);
  if (replica.instanceId !== instanceId) throw notFound('replica', id);
  return replica;
}

export async function listReplicas(scope: OrgScope, instanceId: string, args: PageArgs) {
  const instance = await getInstance(scope, instanceId);
  const where = { orgId: scope.orgId, instanceId: instance.id };
  return page(`replicas of ${instance.id}`, args, {
    find: (seek) => scope.db.databaseReplica.findMany(foundById(where, seek)),
    count: () => scope.db.databaseReplica.count({ where }),
  });
}

/** Makes a replica of the instance's database: a streaming copy that Odoo ≥ 18 reads from. */
export async function createReplica(app: App, scope: OrgScope, instanceId: string, given: unknown) {
  const instance = await getInstance(scope, instanceId);
  const place = await placeOf(scope, instance, parse(createReplicaInput, given));
  const { serverId, projectId } = instance;
  const id = newId();
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(createReplicaKind, {
      resourceId: instance.id,
      serverId,
      projectId,
      input: { replicaId: id },
    });
    const running = await tx.instance.updateMany({
      where: { id: instance.id, orgId: scope.orgId, status: 'running' },
      data: { status: 'running' },
    });
    if (running.count === 0) throw invalidState('instance', instance.status, ['running']);
    const where = { orgId: scope.orgId, instanceId: instance.id };
    const taken = (await tx.databaseReplica.findMany({ where, select: { number: true } })).map((row) => row.number);
    const number = Array.from({ length: most }, (_, index) => index + 1).find((one) => !taken.includes(one));
    if (number === undefined)
      throw new AppError('conflict', `The instance has ${most} replicas already; remove one first`, {
        constraint: 'max',
      });
    const passwordEnc = app.secrets.seal(randomBytes(24).toString('hex'), passwordOwner(id));
    const replica = await tx.databaseReplica.create({
      data: { id, orgId: scope.orgId, projectId, instanceId: instance.id, number, passwordEnc, ...place },
    });
    await record({
      action: 'database_replica.creation_requested',
      resource: replicaResource,
      resourceId: id,
      resourceName: `replica ${number}`,
      projectId,
      after: { instanceId: instance.id, number, serverId: place.serverId },
    });
    return { replica, operation };
  });
}

type Settled = (typeof replicaStatuses)[number];

async function changeable(
  scope: OrgScope,
  instanceId: string,
  id: string,
): Promise<{ replica: DatabaseReplica; from: Settled }> {
  const replica = await getReplicaOf(scope, instanceId, id);
  const from = replicaStatuses.find((status) => status === replica.status);
  // While something works on it, the operation is what is in the way: it is named when the next is started.
  return { replica, from: from ?? 'failed' };
}

/** Makes everything of a replica anew, with a new copy: of one that fell too far behind, or that failed. */
export async function rebuildReplica(app: App, scope: OrgScope, instanceId: string, id: string) {
  const { replica } = await changeable(scope, instanceId, id);
  return change(app, scope, replica, {
    from: ['offline', 'lost', 'failed'],
    to: 'creating',
    action: 'database_replica.rebuild_requested',
    begin: (start, about) => start(createReplicaKind, { ...about, input: { replicaId: id } }),
  });
}

/** Removes a replica with its data. Odoo reads from the primary then. */
export async function removeReplica(app: App, scope: OrgScope, instanceId: string, id: string) {
  const { replica, from } = await changeable(scope, instanceId, id);
  return change(app, scope, replica, {
    from: replicaStatuses,
    to: 'removing',
    action: 'database_replica.removal_requested',
    begin: (start, about) => start(removeReplicaKind, { ...about, input: { replicaId: id, from } }),
  });
}

/** Makes the replica the database of the instance, in place of the primary. */
export async function promoteReplica(app: App, scope: OrgScope, instanceId: string, id: string, force: boolean) {
  const { replica, from } = await changeable(scope, instanceId, id);
  const instance = await getInstance(scope, replica.instanceId);
  const instanceFrom = instance.status === 'failed' ? ('failed' as const) : ('running' as const);
  return change(app, scope, replica, {
    from: force ? ['online', 'lagging', 'offline'] : ['online', 'lagging'],
    to: 'promoting',
    action: 'database_replica.promotion_requested',
    instance: { from: force ? ['running', 'failed'] : ['running'], to: 'restarting' },
    begin: (start, about) =>
      start(promoteReplicaKind, { ...about, input: { replicaId: id, force, from, instanceFrom } }),
  });
}

type Start = Parameters<Parameters<typeof mutate>[2]>[0]['start'];

interface Change {
  from: readonly Settled[];
  to: DatabaseReplica['status'];
  action: `database_replica.${'rebuild' | 'removal' | 'promotion'}_requested`;
  instance?: { from: readonly ('running' | 'failed')[]; to: 'restarting' };
  begin(start: Start, about: { resourceId: string; serverId: string; projectId: string }): ReturnType<Start>;
}

async function change(app: App, scope: OrgScope, replica: DatabaseReplica, wanted: Change) {
  const instance = await getInstance(scope, replica.instanceId);
  const { serverId, projectId } = instance;
  const { from, to } = wanted.instance ?? { from: ['running' as const], to: 'running' as const };
  return mutate(app, scope, async ({ tx, record, start }) => {
    // The live operation first: while one runs, the states are in between and would only mislead.
    const operation = await wanted.begin(start, { resourceId: instance.id, serverId, projectId });
    const moved = await tx.instance.updateMany({
      where: { id: instance.id, orgId: scope.orgId, status: { in: [...from] } },
      data: { status: to },
    });
    if (moved.count === 0) throw invalidState('instance', instance.status, from);
    const changed = await tx.databaseReplica.updateMany({
      where: { id: replica.id, orgId: scope.orgId, status: { in: [...wanted.from] } },
      data: { status: wanted.to, statusMessage: null },
    });
    if (changed.count === 0) throw invalidState('replica', replica.status, wanted.from);
    await record({
      action: wanted.action,
      resource: replicaResource,
      resourceId: replica.id,
      resourceName: `replica ${replica.number}`,
      projectId,
      after: { instanceId: instance.id, number: replica.number },
    });
    const row = await tx.databaseReplica.findFirst({ where: { id: replica.id, orgId: scope.orgId } });
    return { replica: found(row, 'replica', replica.id), operation };
  });
}
