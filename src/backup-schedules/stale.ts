import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { raise } from './alerts.ts';
import { scheduleScope } from './scope.ts';
import { runsAfter } from './timing.ts';

/** After how many runs without a good backup, and how long after the last of them, a schedule is stale. */
const missedRuns = 3;
const graceMs = 2 * 3600_000;

/** Tells once, until there is a good one again, of schedules that have had no good backup for several runs. */
export async function lookForStale(app: App): Promise<void> {
  const { prisma } = app.db;
  let after: string | undefined;
  for (;;) {
    const schedules = await prisma.backupSchedule.findMany({
      where: { enabled: true, ...(after === undefined ? {} : { id: { gt: after } }) },
      orderBy: { id: 'asc' },
      take: 200,
    });
    for (const schedule of schedules) {
      const { id, orgId, environmentId, cron, timeZone } = schedule;
      const running = await prisma.instance.findMany({ where: { orgId, environmentId, status: 'running' } });
      for (const instance of running) {
        const good = await prisma.backup.findFirst({
          where: { orgId, scheduleId: id, instanceId: instance.id, status: 'completed', copyOfId: null },
          orderBy: { completedAt: 'desc' },
        });
        const since = new Date(
          Math.max(...[good?.completedAt, schedule.createdAt, instance.createdAt].map((at) => at?.getTime() ?? 0)),
        );
        const late = runsAfter(cron, timeZone, since, missedRuns).at(-1);
        if (!late || late.getTime() + graceMs > Date.now()) continue;
        const told = { scheduleId: id, instanceId: instance.id, alertType: 'stale', createdAt: { gt: since } };
        await mutate(app, scheduleScope(schedule), async (mutation) => {
          await mutation.tx.$queryRaw`SELECT 1 FROM backup_schedules WHERE id = ${id}::uuid FOR UPDATE`;
          if ((await mutation.tx.backupAlert.count({ where: told })) > 0) return;
          await raise(mutation, schedule, {
            alertType: 'stale',
            message: `${instance.name} has had no good backup of this schedule since ${since.toISOString()}`,
            instance,
            backupId: null,
          });
        });
      }
    }
    after = schedules.at(-1)?.id;
    if (schedules.length < 200) return;
  }
}
