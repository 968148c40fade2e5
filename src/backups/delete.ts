import type { Backup } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { AppError, found, invalidState } from '../errors.ts';
import { requireUnused } from './in-use.ts';
import { deleteBackupKind } from './kinds.ts';
import { getBackup } from './list.ts';
import { requireUnlocked } from './object-lock.ts';
import { backupResource } from './resource.ts';
import { serverFor } from './work-place.ts';

const ended = ['completed', 'failed', 'cancelled'] as const;

/** Deletes a backup with its data. The last good one of an instance goes only with `force`. */
export async function deleteBackup(
  app: App,
  scope: OrgScope,
  id: string,
  { force }: { force?: boolean | null | undefined },
) {
  const before = await getBackup(scope, id);
  return mutate(app, scope, async ({ tx, record, start }) => {
    await tx.$queryRaw`SELECT 1 FROM backups WHERE instance_id = ${before.instanceId}::uuid ORDER BY id FOR UPDATE`;
    const where = { id, orgId: scope.orgId };
    const backup = found(await tx.backup.findFirst({ where }), 'backup', id);
    await requireUnused(tx, scope.orgId, id);
    if (!ended.some((status) => status === backup.status)) throw invalidState('backup', backup.status, ended);
    if (backup.pinned)
      throw new AppError(
        'invalid_state',
        `The backup is pinned: PATCH /api/backups/${id} with {"pinned": false} (GraphQL: updateBackup) lifts it`,
        { resource: 'backup', state: 'pinned', allowed: ['unpinned'] },
      );
    const { instanceId } = backup;
    const instance = await tx.instance.findFirst({
      where: { id: instanceId, orgId: scope.orgId, status: { not: 'removed' } },
    });
    const others = await tx.backup.count({
      where: { instanceId, orgId: scope.orgId, status: 'completed', verifiedAt: { not: null }, id: { not: id } },
    });
    if (instance && backup.status === 'completed' && others === 0 && force !== true)
      throw new AppError(
        'unprocessable',
        'This is the last good backup of the instance: set force to true to delete it nevertheless',
        { field: 'force', constraint: 'confirmation' },
      );
    const operation = await beginDeletion({ tx, record, start }, backup);
    return { backup, operation };
  });
}

/** Begins the deletion of a backup that nothing uses, for whoever decided it: a person or retention. */
export async function beginDeletion({ tx, record, start }: Mutation, backup: Backup) {
  const { id, orgId, instanceId, projectId } = backup;
  await requireUnused(tx, orgId, id);
  await requireUnlocked(tx, backup);
  const operation = await start(deleteBackupKind, {
    resourceId: id,
    serverId: await serverFor(tx, backup),
    projectId,
    input: { instanceId, backupId: id },
  });
  await record({
    action: 'backup.deletion_requested',
    resource: backupResource,
    resourceId: id,
    resourceName: backup.instanceName,
    projectId,
    after: { instanceId, backupType: backup.backupType },
  });
  return operation;
}
