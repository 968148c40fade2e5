import type { BackupSchedule } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { beginBackup } from '../backups/index.ts';
import { AppError } from '../errors.ts';
import { raise } from './alerts.ts';
import { scheduleScope } from './scope.ts';
import { nextRun } from './timing.ts';

/** What is in the way now may be gone soon: how often it is tried again, and for how long. */
const againMs = 5 * 60_000;
const triedMs = 60 * 60_000;
/** After what time a run that ended with a fault of oCore is tried again. */
const retryMs = 60_000;
/** How far the clock may have been put back before times from the future are taken for wrong. */
const clockMs = 60_000;

interface Problem {
  instance: { id: string; name: string };
  message: string;
  /** A stopped instance changes nothing: there is nothing to be missed. */
  isStopped: boolean;
}

/** Begins the backups of one schedule that is due. One that was due several times is caught up once. False: none is. */
export async function runDue(app: App): Promise<boolean> {
  const due = await app.db.prisma.backupSchedule.findFirst({
    where: { enabled: true, nextRunAt: { lte: new Date() } },
    orderBy: { nextRunAt: 'asc' },
  });
  if (!due) return false;
  await mutate(app, scheduleScope(due), async (mutation) => {
    // Of several workers one gets it; the others find it done.
    const locked = await mutation.tx.$queryRaw<unknown[]>`
      SELECT 1 FROM backup_schedules WHERE id = ${due.id}::uuid AND enabled AND next_run_at <= now() FOR UPDATE SKIP LOCKED`;
    if (locked.length > 0) await run(app, mutation, due);
  }).catch(async (error: unknown) => {
    app.log.warn({ err: error, scheduleId: due.id }, 'A schedule could not be run; it will be tried again');
    // The others do not wait for it.
    await app.db.prisma.backupSchedule.updateMany({
      where: { id: due.id, nextRunAt: due.nextRunAt },
      data: { nextRunAt: new Date(Date.now() + retryMs), dueAt: due.dueAt ?? due.nextRunAt },
    });
  });
  return true;
}

async function run(app: App, mutation: Mutation, schedule: BackupSchedule): Promise<void> {
  const { tx } = mutation;
  const now = new Date();
  const dueAt = schedule.dueAt ?? schedule.nextRunAt ?? now;
  const instances = await tx.instance.findMany({
    where: { orgId: schedule.orgId, environmentId: schedule.environmentId, status: { not: 'removed' } },
    orderBy: { id: 'asc' },
  });
  const problems: Problem[] = [];
  for (const instance of instances) {
    // Of a run that is tried again, those that could begin before have theirs.
    if (schedule.dueAt !== null) {
      const begun = { scheduleId: schedule.id, instanceId: instance.id, copyOfId: null, createdAt: { gte: dueAt } };
      if ((await tx.backup.count({ where: begun })) > 0) continue;
    }
    try {
      await beginBackup(app, scheduleScope(schedule), mutation, instance, {
        backupType: 'scheduled',
        destinationId: schedule.destinationId,
        includeFilestore: schedule.includeFilestore,
        notes: '',
        pinned: false,
        scheduleId: schedule.id,
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problems.push({ instance, message: error.message, isStopped: error.details['state'] === 'stopped' });
    }
  }
  const inTheWay = problems.filter(({ isStopped }) => !isStopped);
  const next = nextRun(schedule, now);
  const again = new Date(now.getTime() + againMs);
  const isTriedAgain =
    inTheWay.length > 0 && now.getTime() - dueAt.getTime() < triedMs && (next === null || again < next);
  const lastProblem =
    instances.length === 0
      ? 'The environment has no instance'
      : problems.map(({ instance, message }) => `${instance.name}: ${message}`).join('\n') || null;
  await tx.backupSchedule.update({
    where: { id: schedule.id, orgId: schedule.orgId },
    data: {
      lastRunAt: now,
      lastProblem,
      nextRunAt: isTriedAgain ? again : next,
      dueAt: isTriedAgain ? dueAt : null,
      // Not a change of the schedule.
      updatedAt: schedule.updatedAt,
    },
  });
  if (isTriedAgain) return;
  for (const { instance, message } of inTheWay)
    await raise(mutation, schedule, {
      alertType: 'missed',
      message: `The backup of ${instance.name} that was due at ${dueAt.toISOString()} was not made: ${message}`,
      instance,
      backupId: null,
    });
}

/** A clock that was ahead for a while has left times that lie in the future: the next run is found anew. */
export async function mendClock(app: App): Promise<void> {
  const now = new Date();
  const ahead = await app.db.prisma.backupSchedule.findMany({
    where: { enabled: true, lastRunAt: { gt: new Date(now.getTime() + clockMs) } },
    take: 100,
  });
  for (const { id, lastRunAt, ...timing } of ahead)
    await app.db.prisma.backupSchedule.updateMany({
      where: { id, lastRunAt },
      data: { lastRunAt: now, nextRunAt: nextRun(timing, now), dueAt: null },
    });
}
