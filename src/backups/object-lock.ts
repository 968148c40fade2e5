import type { Backup, BackupDestination } from '../../prisma/generated/client/client.ts';
import { objectLockOf } from '../backup-destinations/index.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';

const dayMs = 86_400_000;

/** Until when the bucket of a backup keeps all of its objects; undefined where it does not, or no longer. */
export function lockedUntil(
  { status, completedAt }: Pick<Backup, 'status' | 'completedAt'>,
  destination: BackupDestination | null,
): Date | undefined {
  const days = destination ? objectLockOf(destination)?.days : null;
  if (status !== 'completed' || completedAt === null || !days) return undefined;
  const until = new Date(completedAt.getTime() + days * dayMs);
  return until > new Date() ? until : undefined;
}

/**
 * A bucket with object lock takes a deletion, and keeps the objects as older versions: the backup would be gone from here while
 * all of it is still there, and paid for.
 */
export async function requireUnlocked(tx: Tx, backup: Backup): Promise<void> {
  const { id, orgId, destinationId } = backup;
  const where = { id: destinationId ?? '', orgId };
  const until = lockedUntil(backup, destinationId ? await tx.backupDestination.findFirst({ where }) : null);
  if (!until) return;
  throw new AppError(
    'invalid_state',
    `The object lock of the bucket keeps backup ${id} until ${until.toISOString()}: delete it after that time`,
    { resource: 'backup', state: 'locked', allowed: ['unlocked'], lockedUntil: until.toISOString() },
  );
}
