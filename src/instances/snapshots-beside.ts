import type { Tx } from '../database/database.ts';
import { liveOperation, operationInProgress } from '../operations/live.ts';

/** The records of snapshots in a volume beside the instance, which goes with it. */
export async function removeSnapshotsBeside(tx: Tx, instanceId: string): Promise<void> {
  await tx.backup.deleteMany({ where: { instanceId, destinationId: null } });
  await tx.backupRepository.deleteMany({ where: { instanceId, destinationId: null } });
}

/** What changes or removes the data of an instance must not begin while a backup reads them. */
export async function requireNoLiveBackup(tx: Tx, orgId: string, instanceId: string): Promise<void> {
  const where = { orgId, instanceId, status: { in: ['pending' as const, 'running' as const] } };
  const backup = await tx.backup.findFirst({ where, select: { id: true } });
  if (!backup) return;
  const live = await tx.operation.findFirst({
    where: { orgId, resourceId: { in: [backup.id, instanceId] }, ...liveOperation },
    select: { id: true, kind: true },
  });
  throw operationInProgress('instance', instanceId, live);
}
