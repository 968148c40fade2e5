import type { App } from '../app.ts';
import { firstIdAt } from '../ids.ts';

const everyMs = 3600_000;
const batch = 5000;

/** Deletes audit entries that are older than their organization keeps them, and the last traces of deleted organizations. */
async function sweep(app: App, signal: AbortSignal): Promise<void> {
  const { prisma } = app.db;
  for (const { id, auditRetentionDays } of await prisma.organization.findMany({ select: { id: true, auditRetentionDays: true } })) {
    const oldest = new Date(Date.now() - auditRetentionDays * 86400_000);
    let count = batch;
    while (count === batch && !signal.aborted) {
      // The ids are in the order of time, so the index leads to the old ones at once.
      count = await prisma.$executeRaw`DELETE FROM audit_entries WHERE id IN (SELECT id FROM audit_entries WHERE org_id = ${id}::uuid AND id < ${firstIdAt(oldest)}::uuid AND created_at < ${oldest} LIMIT ${batch})`;
    }
  }
  // The operation that deletes an organization outlives it by its own last entries.
  const done = await prisma.operation.findMany({ where: { kind: 'org.delete', status: 'succeeded', finishedAt: { lt: new Date(Date.now() - 60_000) } }, select: { id: true, orgId: true } });
  for (const { id, orgId } of done) {
    await prisma.auditEntry.deleteMany({ where: { orgId } });
    await prisma.outboxEvent.deleteMany({ where: { orgId } });
    await prisma.operation.deleteMany({ where: { id } });
  }
}

/** Sweeps at the start and then every hour. Every worker may: deleting twice harms nothing. */
export function startRetention(app: App): { stop(): Promise<void> } {
  const end = new AbortController();
  const run = (): Promise<void> => sweep(app, end.signal).catch((error: unknown) => app.log.warn({ err: error }, 'Old audit entries were not deleted'));
  let running = run();
  const timer = setInterval(() => { running = run(); }, everyMs);
  return {
    stop: async () => {
      end.abort();
      clearInterval(timer);
      await running;
    },
  };
}
