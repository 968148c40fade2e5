import { itself } from '../access/access.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { batch, deleteInBatches } from '../database/batches.ts';
import { startHourly } from '../hourly.ts';
import { gitOf } from './remote.ts';
import { syncIfIdle } from './request.ts';

const lookMs = 2000;
/** Of one look. */
const mostDue = 20;
/** As long as events are kept. */
const keptDays = 30;

/** Begins to read repositories that were pushed to while they were read. Of several workers one gets each; the others find it begun. */
async function beginDue(app: App): Promise<void> {
  const due = await app.db.prisma.repository.findMany({
    where: { syncDueAt: { not: null }, status: { not: 'syncing' }, project: { org: { status: 'active' } } },
    orderBy: { syncDueAt: 'asc' },
    select: { id: true, orgId: true },
    take: mostDue,
  });
  for (const { id, orgId } of due) {
    const scope = { orgId, actor: itself, requestId: `push-${id.slice(-6)}`, ipAddress: null, userAgent: null };
    await mutate(app, scope, async (mutation) => {
      const row = await mutation.tx.repository.findFirst({ where: { id, orgId, syncDueAt: { not: null } } });
      if (row) await syncIfIdle(mutation, row);
    }).catch((error: unknown) =>
      app.log.warn({ err: error, repositoryId: id }, 'A repository was not read after a push; it will be tried again'),
    );
  }
}

async function sweep(app: App, signal: AbortSignal): Promise<void> {
  const { prisma } = app.db;
  const oldest = new Date(Date.now() - keptDays * 86400_000);
  await deleteInBatches(
    signal,
    () =>
      prisma.$executeRaw`DELETE FROM push_deliveries WHERE ctid IN (SELECT ctid FROM push_deliveries WHERE received_at < ${oldest} LIMIT ${batch})`,
  );
  await gitOf(app).prune(async (ids) => {
    const rows = await prisma.repository.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  });
}

/** Reads repositories after pushes, and deletes what is left of old deliveries and of repositories that are gone. */
export function startPushes(app: App): { stop(): Promise<void> } {
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= beginDue(app)
      .catch((error: unknown) =>
        app.log.warn({ err: error }, 'Pushes could not be looked at; this will be tried again'),
      )
      .finally(() => {
        looking = undefined;
      });
  }, lookMs);
  const sweeping = startHourly(app.log, 'Old deliveries of pushes were not deleted', (signal) => sweep(app, signal));
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
      await sweeping.stop();
    },
  };
}
