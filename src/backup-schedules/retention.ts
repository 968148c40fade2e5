import type { Backup, BackupDestination, BackupSchedule } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { beginCopy, beginDeletion, lockedUntil } from '../backups/index.ts';
import { AppError } from '../errors.ts';
import { manifestShape } from '../snapshots/index.ts';
import { raise } from './alerts.ts';
import { type Decision, decide, type Policy } from './gfs.ts';
import { policyOf } from './rows.ts';
import { scheduleScope } from './scope.ts';
import { shrinkage } from './shrinkage.ts';

/** What retention says of a backup. */
export interface Kept {
  backup: Backup;
  kept: boolean;
  reasons: string[];
}

/** A copy is as old as what it is a copy of. */
function takenAt({ copyOfId, manifest, startedAt, createdAt }: Backup): Date {
  const known = copyOfId === null ? undefined : manifestShape.safeParse(manifest).data;
  return known ? new Date(known.takenAt) : (startedAt ?? createdAt);
}

/**
 * What is kept of the backups of one instance. Pinned ones are kept and not counted. The newest that was read back stays in
 * any case, and so does each backup while there is no such one.
 */
function ofInstance(backups: readonly Backup[], policy: Policy): Kept[] {
  const good = backups.filter(({ verifiedAt }) => verifiedAt !== null);
  const lastGood = [...good].sort((one, other) => takenAt(other).getTime() - takenAt(one).getTime())[0];
  const taken = backups.filter(({ pinned }) => !pinned).map((backup) => ({ at: takenAt(backup), backup }));
  const decided: Decision<{ backup: Backup }>[] = decide(taken, policy);
  const reasonsOf = new Map(decided.map((one) => [one.taken.backup.id, one.reasons]));
  return [...backups]
    .sort((one, other) => takenAt(other).getTime() - takenAt(one).getTime())
    .map((backup) => {
      const reasons = [...(backup.pinned ? ['pinned'] : []), ...(reasonsOf.get(backup.id) ?? [])];
      if (backup.id === lastGood?.id || !lastGood) reasons.push('last good');
      return { backup, kept: reasons.length > 0, reasons };
    });
}

/** The backups of a schedule that retention decides about. */
export const completedOf = ({ orgId, id }: Pick<BackupSchedule, 'orgId' | 'id'>) => ({
  where: { orgId, scheduleId: id, status: 'completed' as const },
  include: { destination: true },
  orderBy: { id: 'desc' as const },
  take: 5000,
});

const rowOf = ({ instanceId, copyOfId, destinationId }: Backup): string =>
  copyOfId === null ? instanceId : `${instanceId} at ${destinationId}`;

/** A backup with the place that it is in. */
type Placed = Backup & { destination: BackupDestination | null };

/**
 * What a policy keeps of them, of each instance by itself and of its copies at each destination, the newest first. What the
 * object lock of a bucket keeps stays beside it.
 */
export function decideAbout(backups: readonly Placed[], policy: Policy): Kept[] {
  const rows = [...new Set(backups.map(rowOf))];
  const locked = new Set(backups.filter((backup) => lockedUntil(backup, backup.destination)).map(({ id }) => id));
  return rows
    .flatMap((row) =>
      ofInstance(
        backups.filter((backup) => rowOf(backup) === row),
        policy,
      ),
    )
    .map((one) => (locked.has(one.backup.id) ? { ...one, kept: true, reasons: [...one.reasons, 'object lock'] } : one));
}

/** A schedule whose backups have ended since retention looked at them last. */
const unseen = `
  SELECT s.id FROM backup_schedules s WHERE EXISTS (
    SELECT 1 FROM backups b WHERE b.schedule_id = s.id AND b.completed_at > coalesce(s.retained_at, 'epoch')
      AND b.status IN ('completed', 'failed')) ORDER BY s.id LIMIT 20`;

/** Looks at the backups of schedules that have ended: tells of bad ones, and removes what the policy no longer keeps. */
export async function lookAtEnded(app: App): Promise<void> {
  const { rows } = await app.db.pool.query<{ id: string }>(unseen);
  for (const { id } of rows) {
    const schedule = await app.db.prisma.backupSchedule.findUnique({ where: { id } });
    if (schedule) await mutate(app, scheduleScope(schedule), (mutation) => lookAt(app, mutation, schedule));
  }
}

/** Begins the copy of a backup that was completed, in the transaction that has seen it: once. */
async function copy(app: App, mutation: Mutation, schedule: BackupSchedule, backup: Backup): Promise<void> {
  if (schedule.copyDestinationId === null || backup.copyOfId !== null) return;
  await beginCopy(app, scheduleScope(schedule), mutation, backup, schedule.copyDestinationId).catch(
    async (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      const instance = { id: backup.instanceId, name: backup.instanceName };
      const message = `The backup of ${instance.name} was not copied: ${error.message}`;
      await raise(mutation, schedule, { alertType: 'failed', message, instance, backupId: backup.id });
    },
  );
}

async function lookAt(app: App, mutation: Mutation, schedule: BackupSchedule): Promise<void> {
  const { tx } = mutation;
  const { id, orgId } = schedule;
  const locked = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM backup_schedules WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
  if (locked.length === 0) return;
  const ended = await tx.backup.findMany({
    where: {
      orgId,
      scheduleId: id,
      status: { in: ['completed', 'failed'] },
      completedAt: { gt: schedule.retainedAt ?? new Date(0) },
    },
    orderBy: { completedAt: 'asc' },
    take: 100,
  });
  for (const backup of ended) {
    const instance = { id: backup.instanceId, name: backup.instanceName };
    if (backup.status === 'failed')
      await raise(mutation, schedule, {
        alertType: 'failed',
        message: `The ${backup.copyOfId === null ? '' : 'copy of a '}backup of ${instance.name} failed: ${backup.statusMessage ?? 'no reason is known'}`,
        instance,
        backupId: backup.id,
      });
    if (backup.status === 'completed') await copy(app, mutation, schedule, backup);
    const isNew = backup.status === 'completed' && backup.copyOfId === null;
    const message = isNew ? await shrinkage(tx, backup) : undefined;
    if (message !== undefined)
      await raise(mutation, schedule, { alertType: 'shrunken', message, instance, backupId: backup.id });
  }
  if (ended.some(({ status }) => status === 'completed'))
    for (const { backup, kept } of decideAbout(await tx.backup.findMany(completedOf(schedule)), policyOf(schedule)))
      if (!kept)
        // One that is restored or read now stays until the next look.
        await beginDeletion(mutation, backup).catch((error: unknown) => {
          if (!(error instanceof AppError)) throw error;
        });
  await tx.backupSchedule.update({
    where: { id, orgId },
    data: { retainedAt: ended.at(-1)?.completedAt ?? schedule.retainedAt, updatedAt: schedule.updatedAt },
  });
}
