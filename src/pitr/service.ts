import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { BaseBackup, WalArchive } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { getDestination } from '../backup-destinations/index.ts';
import { AppError, invalidState, validationError } from '../errors.ts';
import { newId } from '../ids.ts';
import { getInstance } from '../instances/index.ts';
import type { OperationKind } from '../operations/definition.ts';
import { parse } from '../parse.ts';
import { requireConfirmed } from '../restores/index.ts';
import { ensureRepository } from '../snapshots/index.ts';
import { baseBackupKind, disableArchivingKind, enableArchivingKind, restorePointKind, shipKind } from './kinds.ts';
import { passwordOwner } from './names.ts';
import { archiveResource } from './resource.ts';
import { type Range, rangesOf, shown } from './window.ts';

export const enableInput = z.object({
  destinationId: z.string(),
  retentionDays: z.number().int().min(1).max(90).nullish(),
});
export const restoreInput = z.object({ time: z.coerce.date(), confirmName: z.string().max(200).nullish() });

export interface PointInTime {
  instanceId: string;
  status: WalArchive['status'] | 'off';
  archive: (WalArchive & { repository: { destinationId: string | null } }) | null;
  bases: readonly BaseBackup[];
  ranges: readonly Range[];
}

/** What can be restored of an instance, by the second. */
export async function pointInTime(scope: OrgScope, instanceId: string): Promise<PointInTime> {
  const instance = await getInstance(scope, instanceId);
  const archive = await scope.db.walArchive.findFirst({
    where: { instanceId: instance.id, orgId: scope.orgId },
    include: { repository: { select: { destinationId: true } } },
  });
  if (!archive) return { instanceId: instance.id, status: 'off', archive: null, bases: [], ranges: [] };
  const where = { archiveId: archive.id, orgId: scope.orgId };
  const bases = await scope.db.baseBackup.findMany({ where, orderBy: { consistentAt: 'asc' } });
  return { instanceId: instance.id, status: archive.status, archive, bases, ranges: rangesOf(bases) };
}

type Changed = Promise<{ pointInTime: PointInTime; operation: Awaited<ReturnType<Start>> | null; message: string }>;
type Mutation = Parameters<Parameters<typeof mutate>[2]>[0];
type Start = Mutation['start'];
type Instance = Awaited<ReturnType<typeof getInstance>>;

async function requireRunning({ tx }: Pick<Mutation, 'tx'>, scope: OrgScope, instance: Instance): Promise<void> {
  const running = await tx.instance.updateMany({
    where: { id: instance.id, orgId: scope.orgId, status: 'running' },
    data: { status: 'running' },
  });
  if (running.count === 0) throw invalidState('instance', instance.status, ['running']);
}

/** Keeps every change of the database at a destination; of what was lost before, with a new beginning. */
export async function enablePointInTime(app: App, scope: OrgScope, instanceId: string, given: unknown): Changed {
  const { destinationId, retentionDays } = parse(enableInput, given);
  const instance = await getInstance(scope, instanceId);
  requireIn(scope, 'manage:backups', instance.projectId);
  const destination = await getDestination(scope, destinationId);
  if (destination.serverId !== null && destination.serverId !== instance.serverId)
    throw validationError([
      {
        field: 'destinationId',
        constraint: 'server',
        message: 'The destination is a directory of another server; choose one that the server of the instance reaches',
      },
    ]);
  const before = await pointInTime(scope, instanceId);
  if (before.archive && before.archive.repository.destinationId !== destination.id)
    throw new AppError('conflict', 'Changes are archived at another destination; disable that first', {
      field: 'destinationId',
      constraint: 'unique',
    });
  const days = retentionDays ?? before.archive?.retentionDays ?? 7;
  const goesOn = before.status === 'active' || before.status === 'lagging';
  const { operation } = await mutate(app, scope, async ({ tx, record, start }) => {
    const id = before.archive?.id ?? newId();
    const { serverId, projectId } = instance;
    const about = { resourceId: instance.id, serverId, projectId, input: { archiveId: id } };
    const operation = goesOn ? null : await start(enableArchivingKind, about);
    if (operation) await requireRunning({ tx }, scope, instance);
    if (before.archive) {
      const data = { retentionDays: days, ...(goesOn ? {} : { status: 'starting' as const, statusMessage: null }) };
      await tx.walArchive.updateMany({ where: { id, orgId: scope.orgId }, data });
    } else {
      const repository = await ensureRepository(app, tx, scope.orgId, destination.id, instance.id);
      await tx.walArchive.create({
        data: {
          id,
          orgId: scope.orgId,
          projectId,
          instanceId: instance.id,
          repositoryId: repository.id,
          passwordEnc: app.secrets.seal(randomBytes(24).toString('hex'), passwordOwner(id)),
          retentionDays: days,
        },
      });
    }
    await record({
      action: 'point_in_time.enable_requested',
      resource: archiveResource,
      resourceId: id,
      resourceName: instance.name,
      projectId,
      after: { instanceId: instance.id, retentionDays: days },
    });
    return { operation };
  });
  const message = operation ? 'Archiving begins; the first base backup follows' : 'Changed';
  return { pointInTime: await pointInTime(scope, instanceId), operation, message };
}

async function archiveOf(scope: OrgScope, instanceId: string, allowed: readonly WalArchive['status'][]) {
  const instance = await getInstance(scope, instanceId);
  requireIn(scope, 'manage:backups', instance.projectId);
  const { archive, status } = await pointInTime(scope, instanceId);
  if (!archive || !allowed.includes(archive.status)) throw invalidState('point_in_time', status, allowed);
  return { instance, archive };
}

export async function disablePointInTime(app: App, scope: OrgScope, instanceId: string): Changed {
  const { instance, archive } = await archiveOf(scope, instanceId, ['active', 'lagging', 'broken', 'failed']);
  const operation = await mutate(app, scope, async ({ tx, record, start }) => {
    const { serverId, projectId } = instance;
    const input = { archiveId: archive.id };
    const started = await start(disableArchivingKind, { resourceId: instance.id, serverId, projectId, input });
    await requireRunning({ tx }, scope, instance);
    const where = { id: archive.id, orgId: scope.orgId };
    await tx.walArchive.updateMany({ where, data: { status: 'stopping', statusMessage: null } });
    await record({
      action: 'point_in_time.disable_requested',
      resource: archiveResource,
      resourceId: archive.id,
      resourceName: instance.name,
      projectId,
      after: { instanceId: instance.id },
    });
    return started;
  });
  return { pointInTime: await pointInTime(scope, instanceId), operation, message: 'Archiving ends' };
}

/** What the timer does by itself, now. */
async function atOnce(
  app: App,
  scope: OrgScope,
  instanceId: string,
  kind: OperationKind<Record<string, never>>,
  action: 'point_in_time.base_backup_requested' | 'point_in_time.archiving_requested',
): Changed {
  const { instance, archive } = await archiveOf(scope, instanceId, ['active', 'lagging']);
  const operation = await mutate(app, scope, async ({ tx, record, start }) => {
    const { serverId, projectId } = instance;
    const started = await start(kind, { resourceId: archive.id, serverId, projectId, input: {} });
    await requireRunning({ tx }, scope, instance);
    await record({
      action,
      resource: archiveResource,
      resourceId: archive.id,
      resourceName: instance.name,
      projectId,
      after: { instanceId: instance.id },
    });
    return started;
  });
  return { pointInTime: await pointInTime(scope, instanceId), operation, message: 'In progress' };
}

export const takeBaseBackup = (app: App, scope: OrgScope, instanceId: string): Changed =>
  atOnce(app, scope, instanceId, baseBackupKind, 'point_in_time.base_backup_requested');
export const archiveAtOnce = (app: App, scope: OrgScope, instanceId: string): Changed =>
  atOnce(app, scope, instanceId, shipKind, 'point_in_time.archiving_requested');

/** Brings the database back to a second of the window. Odoo is stopped only while the databases are exchanged. */
export async function restorePoint(app: App, scope: OrgScope, instanceId: string, given: unknown): Changed {
  const { time, confirmName } = parse(restoreInput, given);
  const instance = await getInstance(scope, instanceId);
  requireIn(scope, 'manage:backups', instance.projectId);
  await requireConfirmed(scope, instance, confirmName);
  const { archive, bases, ranges } = await pointInTime(scope, instanceId);
  // Of two that reach it, the newer one has less to apply, and is right where a clock went back.
  const base = bases.findLast(({ consistentAt, newestAt }) => consistentAt <= time && time <= newestAt);
  if (!archive || !base)
    throw new AppError('unprocessable', `The time is outside of what can be restored: ${shown(ranges)}`, {
      field: 'time',
      constraint: 'range',
      ranges: ranges.map(({ from, to }) => ({ from: from.toISOString(), to: to.toISOString() })),
    });
  const operation = await mutate(app, scope, async ({ tx, record, start }) => {
    const { serverId, projectId } = instance;
    const input = { archiveId: archive.id, baseId: base.id, time: time.toISOString() };
    const started = await start(restorePointKind, { resourceId: instance.id, serverId, projectId, input });
    const moved = await tx.instance.updateMany({
      where: { id: instance.id, orgId: scope.orgId, status: 'running' },
      data: { status: 'restarting', statusMessage: null },
    });
    if (moved.count === 0) throw invalidState('instance', instance.status, ['running']);
    await record({
      action: 'point_in_time.restore_requested',
      resource: archiveResource,
      resourceId: archive.id,
      resourceName: instance.name,
      projectId,
      after: { instanceId: instance.id, time: time.toISOString() },
    });
    return started;
  });
  return { pointInTime: await pointInTime(scope, instanceId), operation, message: 'Restore in progress' };
}
