import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { verifyBackupKind } from './kinds.ts';
import { getBackup } from './list.ts';
import { backupResource } from './resource.ts';
import { serverFor } from './work-place.ts';

/** Reads a backup back once more. */
export async function verifyBackup(app: App, scope: OrgScope, id: string) {
  const before = await getBackup(scope, id);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const { instanceId, projectId, instanceName } = before;
    const operation = await start(verifyBackupKind, {
      resourceId: id,
      serverId: await serverFor(tx, before),
      projectId,
      input: { instanceId, backupId: id },
    });
    const backup = found(await tx.backup.findFirst({ where: { id, orgId: scope.orgId } }), 'backup', id);
    if (backup.status !== 'completed') throw invalidState('backup', backup.status, ['completed']);
    await record({
      action: 'backup.verification_requested',
      resource: backupResource,
      resourceId: id,
      resourceName: instanceName,
      projectId,
    });
    return { backup, operation };
  });
}
