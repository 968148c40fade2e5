import type { App } from '../app.ts';
import { cutChain, dropChains } from '../audit/cut.ts';
import { batch, deleteInBatches } from '../database/batches.ts';
import { namesOfAction } from '../events/catalogue/former-names.ts';
import { firstIdAt } from '../ids.ts';
import { eventDays } from '../events/read.ts';
import { startHourly } from '../hourly.ts';

/** Deletes the logs of operations that ended long ago; that they were, and how they ended, stays. */
async function sweepLogs({ db: { prisma }, settings }: App, signal: AbortSignal): Promise<void> {
  const oldest = new Date(Date.now() - settings.current.operationLogRetentionDays * 86400_000);
  await deleteInBatches(
    signal,
    () => prisma.$executeRaw`
    DELETE FROM operation_logs WHERE ctid IN (
      SELECT l.ctid FROM operation_logs l JOIN operations o ON o.id = l.operation_id WHERE o.id < ${firstIdAt(oldest)}::uuid AND o.finished_at < ${oldest} LIMIT ${batch})`,
  );
}

/** Deletes events that nobody can ask for any more: they stand at the beginning of what readers read. */
async function sweepEvents({ db: { prisma } }: App, signal: AbortSignal): Promise<void> {
  // In a database that was restored on another server, transactions are numbered anew: what has a number of the future
  // would hold readers up, and what is older must stay in front of what comes.
  await prisma.$executeRaw`UPDATE outbox_events SET xid = '3' WHERE EXISTS (SELECT 1 FROM outbox_events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))`;
  const oldest = new Date(Date.now() - eventDays * 86400_000);
  await deleteInBatches(
    signal,
    () => prisma.$executeRaw`
    DELETE FROM outbox_events WHERE id IN (
      SELECT id FROM (SELECT id, created_at FROM outbox_events ORDER BY xid, id LIMIT ${batch}) first WHERE created_at < ${oldest})`,
  );
}

/** Deletes audit entries that are older than their organization keeps them, and what deleted organizations left. */
async function sweep(app: App, signal: AbortSignal): Promise<void> {
  const { prisma } = app.db;
  for (const { id, auditRetentionDays } of await prisma.organization.findMany({
    select: { id: true, auditRetentionDays: true },
  })) {
    const oldest = new Date(Date.now() - auditRetentionDays * 86400_000);
    await cutChain(app, id, oldest, signal);
  }
  const lately = firstIdAt(new Date(Date.now() - 30 * 86400_000));
  const deleted = await prisma.auditEntry.findMany({
    where: { orgId: null, id: { gte: lately }, action: { in: namesOfAction('organization.deleted') } },
    select: { resourceId: true },
  });
  const gone = deleted.map((row) => row.resourceId).filter((id) => id !== null);
  if (gone.length === 0) return;
  await deleteInBatches(
    signal,
    () =>
      prisma.$executeRaw`DELETE FROM audit_entries WHERE id IN (SELECT id FROM audit_entries WHERE org_id = ANY(${gone}::uuid[]) LIMIT ${batch})`,
  );
  await prisma.$transaction((tx) => dropChains(tx, gone));
  await deleteInBatches(
    signal,
    () =>
      prisma.$executeRaw`DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events WHERE org_id = ANY(${gone}::uuid[]) LIMIT ${batch})`,
  );
  // The operation that deletes an organization outlives it; while it still runs it is left alone.
  await deleteInBatches(
    signal,
    () =>
      prisma.$executeRaw`DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE org_id = ANY(${gone}::uuid[]) AND status NOT IN ('queued', 'running') LIMIT ${batch})`,
  );
}

export function startRetention(app: App): { stop(): Promise<void> } {
  return startHourly(app.log, 'Old audit entries, logs and events were not deleted', (signal) =>
    Promise.all([sweep(app, signal), sweepLogs(app, signal), sweepEvents(app, signal)]),
  );
}
