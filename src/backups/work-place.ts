import type { Backup } from '../../prisma/generated/client/client.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';

/**
 * The server on which restic works on a backup: that of its directory, else that of its instance, else any other one of the
 * organization, as the instance may be gone.
 */
export async function serverFor(tx: Tx, backup: Backup): Promise<string> {
  const { orgId, destinationId, instanceId } = backup;
  const destination = destinationId
    ? await tx.backupDestination.findFirst({ where: { id: destinationId, orgId } })
    : null;
  if (destination?.serverId) return destination.serverId;
  const where = { id: instanceId, orgId, status: { not: 'removed' as const } };
  const instance = await tx.instance.findFirst({ where, select: { serverId: true } });
  if (instance) return instance.serverId;
  const server = await tx.server.findFirst({ where: { orgId, status: 'active' }, orderBy: { id: 'asc' } });
  if (server) return server.id;
  throw new AppError('unprocessable', 'No server is left from which the destination could be reached: add one', {
    resource: 'server',
    constraint: 'required',
  });
}
