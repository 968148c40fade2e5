import type { FactScope } from '../access/scope.ts';
import { recordFact } from '../audit/mutation.ts';
import { Prisma, type Tx } from '../database/database.ts';
import type { OperationError, Outcome } from '../operations/kind.ts';
import { backupResource } from './resource.ts';

interface Ended {
  outcome: Outcome;
  error: OperationError | null;
  verifiedAt: string | undefined;
}

const actions = { succeeded: 'backup.completed', failed: 'backup.failed', cancelled: 'backup.cancelled' } as const;
const statuses = { succeeded: 'completed', failed: 'failed', cancelled: 'cancelled' } as const;

/** Brings a backup to its end. It is completed only with a snapshot that was read back; of any other nothing is left. */
export async function settleBackup(
  tx: Tx,
  scope: FactScope,
  id: string,
  { outcome, error, verifiedAt }: Ended,
): Promise<void> {
  const done = outcome === 'succeeded';
  const backup = await tx.backup.update({
    where: { id, orgId: scope.orgId },
    data: {
      status: statuses[outcome],
      statusMessage: done ? null : (error?.message ?? null),
      completedAt: new Date(),
      progress: Prisma.DbNull,
      verifiedAt: done && verifiedAt ? new Date(verifiedAt) : null,
      ...(done
        ? {}
        : { snapshotId: null, manifest: Prisma.DbNull, databaseBytes: null, filestoreBytes: null, addedBytes: null }),
    },
  });
  const { instanceId, environmentId, backupType, databaseBytes, filestoreBytes, addedBytes } = backup;
  const bytes = (value: bigint | null): number | null => (value === null ? null : Number(value));
  await recordFact(tx, scope, {
    action: actions[outcome],
    resource: backupResource,
    resourceId: id,
    resourceName: backup.instanceName,
    projectId: backup.projectId,
    after: {
      status: backup.status,
      reason: error?.code ?? null,
      instanceId,
      environmentId,
      backupType,
      copyOfId: backup.copyOfId,
      databaseSize: bytes(databaseBytes),
      filestoreSize: bytes(filestoreBytes),
      addedSize: bytes(addedBytes),
    },
  });
}
