import type { Tx } from '../database/database.ts';
import { liveOperation, operationInProgress } from '../operations/live.ts';

/** The records of snapshots in a volume beside the instance, which goes with it. */
export async function removeSnapshotsBeside(tx: Tx, instanceId: string): Promise<void> {
  await tx.backup.deleteMany({ where: { instanceId, destinationId: null } });
  await tx.backupRepository.deleteMany({ where: { instanceId, destinationId: null } });
}

/**
 * What changes or removes the data of an instance must not begin while a backup reads them. `copies`: nor while one is copied
 * to another destination, which reads nothing of the instance, but runs as a part of it.
 */
export async function requireNoLiveBackup(
  tx: Tx,
  orgId: string,
  instanceId: string,
  { copies = false }: { copies?: boolean } = {},
): Promise<void> {
  const live = { orgId, instanceId, status: { in: ['pending' as const, 'running' as const] } };
  const where = copies ? live : { ...live, copyOfId: null };
  const backup = await tx.backup.findFirst({ where, select: { id: true } });
  if (!backup) return;
  const operation = await tx.operation.findFirst({
    where: { orgId, resourceId: { in: [backup.id, instanceId] }, ...liveOperation },
    select: { id: true, kind: true },
  });
  throw operationInProgress('instance', instanceId, operation);
}
