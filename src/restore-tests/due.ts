import { Cron } from 'croner';
import type { RestoreTestSchedule } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { liveOperation } from '../operations/live.ts';
import { startTest } from './request.ts';

const lookMs = 30_000;
/** Of one look: the rest follows at the next. */
const most = 100;

const completedOf = ({ orgId, environmentId }: RestoreTestSchedule) => ({
  orgId,
  environmentId,
  status: 'completed' as const,
  copyOfId: null,
});

/** Its time has come since its last test, however long nothing ran then: once. */
async function isDue({ db: { prisma } }: App, schedule: RestoreTestSchedule): Promise<boolean> {
  const { cron, timeZone, everyBackups, countedFrom } = schedule;
  if (cron !== null) {
    const next = new Cron(cron, { paused: true, timezone: timeZone }).nextRun(countedFrom);
    return next !== null && next.getTime() <= Date.now();
  }
  const where = { ...completedOf(schedule), completedAt: { gt: countedFrom } };
  return everyBackups !== null && (await prisma.backup.count({ where })) >= everyBackups;
}

const scopeOf = ({ id, orgId }: RestoreTestSchedule): FactScope => ({
  orgId,
  actor: itself,
  requestId: `restore-tests-${id}`,
  ipAddress: null,
  userAgent: null,
});

/** Starts the test of one schedule, unless another worker has done so; one that still runs is waited for. */
async function begin(app: App, schedule: RestoreTestSchedule): Promise<void> {
  const { id, orgId, serverId, countedFrom } = schedule;
  await mutate(app, scopeOf(schedule), async (mutation) => {
    const { tx } = mutation;
    const mine = await tx.restoreTest.findMany({
      where: { orgId, scheduleId: id, status: { in: ['pending', 'running'] } },
      select: { id: true },
    });
    const live = { resourceId: { in: mine.map((test) => test.id) }, ...liveOperation };
    if ((await tx.operation.count({ where: live })) > 0) return;
    const backup = await tx.backup.findFirst({ where: completedOf(schedule), orderBy: { id: 'desc' } });
    const server = await tx.server.findFirst({ where: { id: serverId, orgId, status: 'active' } });
    if (!backup || !server) return;
    const where = { id, orgId, active: true, countedFrom };
    const { count } = await tx.restoreTestSchedule.updateMany({ where, data: { countedFrom: new Date() } });
    if (count === 0) return;
    await startTest(app, mutation, { backup, serverId, scheduleId: id, createdById: null });
  });
}

/** Starts every test that is due. */
export async function startDueTests(app: App): Promise<void> {
  const schedules = await app.db.prisma.restoreTestSchedule.findMany({
    where: { active: true },
    orderBy: { countedFrom: 'asc' },
  });
  let begun = 0;
  for (const schedule of schedules) {
    if (begun === most) return;
    if (!(await isDue(app, schedule))) continue;
    begun += 1;
    await begin(app, schedule).catch((error: unknown) =>
      app.log.warn({ err: error, schedule: schedule.id }, 'A restore test that is due was not started'),
    );
  }
}

/** Looks for tests that are due. Every worker may: only one of them starts each. */
export function startRestoreTests(app: App): { stop(): Promise<void> } {
  let looking: Promise<void> | undefined;
  const wake = (): void => {
    looking ??= startDueTests(app)
      .catch((error: unknown) => app.log.warn({ err: error }, 'Restore tests that are due could not be read'))
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(wake, lookMs);
  wake();
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
