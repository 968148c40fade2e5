import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { getDestination } from '../backup-destinations/index.ts';
import { AppError } from '../errors.ts';
import { type Deletion, deleteInstance, getInstance } from '../instances/index.ts';
import { chooseDestination } from './destination.ts';
import { deleteWithBackupKind } from './kinds.ts';

export interface FinalBackup extends Deletion {
  /** Takes a backup first, and deletes only once that was read back. */
  finalBackup?: boolean | null | undefined;
  destinationId?: string | null | undefined;
}

/** Deletes an instance, with a final backup if that is asked for. */
export async function removeInstance(app: App, scope: OrgScope, id: string, given: FinalBackup) {
  const { finalBackup, destinationId, ...rest } = given;
  if (destinationId) await getDestination(scope, destinationId);
  if (finalBackup !== true) return deleteInstance(app, scope, id, rest);
  if (rest.force)
    throw new AppError(
      'unprocessable',
      'A deletion that does not contact the server cannot take a backup: leave out force or finalBackup',
      { field: 'finalBackup', constraint: 'exclusive' },
    );
  const instance = await getInstance(scope, id);
  requireIn(scope, 'manage:backups', instance.projectId);
  if (instance.provisionedAt === null)
    throw new AppError('unprocessable', 'The instance was never provisioned, and has nothing to back up', {
      field: 'finalBackup',
      constraint: 'state',
    });
  return deleteInstance(app, scope, id, rest, async ({ tx, start }, operation) => {
    const destination = await chooseDestination(tx, scope.orgId, instance.serverId, destinationId);
    const input = { ...operation.input, destinationId: destination.id };
    return start(deleteWithBackupKind, { ...operation, input });
  });
}
