import type { BackupDestination } from '../../prisma/generated/client/client.ts';
import type { Tx } from '../database/database.ts';
import { AppError, notFound, validationError } from '../errors.ts';
import { isId } from '../ids.ts';

/** Where the backups of an instance on this server go: as asked for, or to the only one that it reaches. */
export async function chooseDestination(
  tx: Tx,
  orgId: string,
  serverId: string,
  wanted: string | null | undefined,
): Promise<BackupDestination> {
  if (typeof wanted === 'string') {
    const row = isId(wanted) ? await tx.backupDestination.findFirst({ where: { id: wanted, orgId } }) : null;
    if (!row) throw notFound('backup_destination', wanted);
    if (row.serverId !== null && row.serverId !== serverId)
      throw validationError([
        {
          field: 'destinationId',
          constraint: 'server',
          message:
            'is a directory of another server than that of the instance; choose one on S3, on SFTP or on the same server',
        },
      ]);
    return row;
  }
  const all = await reachedFrom(tx, orgId, serverId);
  const [only] = all;
  if (!only)
    throw new AppError(
      'unprocessable',
      'There is no backup destination that the server of the instance reaches: create one with POST /api/backup-destinations (GraphQL: createBackupDestination)',
      { field: 'destinationId', constraint: 'required' },
    );
  if (all.length > 1)
    throw validationError([
      {
        field: 'destinationId',
        constraint: 'required',
        message: `is required, because there are several destinations: ${all.map(({ name }) => name).join(', ')}`,
      },
    ]);
  return only;
}

/** The destinations that a server reaches. */
export function reachedFrom(tx: Tx, orgId: string, serverId: string): Promise<BackupDestination[]> {
  return tx.backupDestination.findMany({
    where: { orgId, OR: [{ serverId: null }, { serverId }] },
    orderBy: { id: 'asc' },
    take: 100,
  });
}
