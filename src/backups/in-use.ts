import type { Tx } from '../database/database.ts';
import { liveOperation, operationInProgress } from '../operations/live.ts';

/** Whoever reads a backup names it in its input: while one of these runs, it may not go. */
export async function requireUnused(tx: Tx, orgId: string, id: string): Promise<void> {
  const where = { orgId, ...liveOperation, input: { path: ['backupId'], equals: id } };
  const live = await tx.operation.findFirst({ where, select: { id: true, kind: true } });
  if (live) throw operationInProgress('backup', id, live);
}
