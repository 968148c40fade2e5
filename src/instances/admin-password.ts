import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState } from '../errors.ts';
import { liveOperation, operationInProgress } from '../operations/live.ts';
import { resetAdminPasswordKind } from './kinds.ts';
import { openAdminPassword } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { getInstance } from './list.ts';

/** Shows the admin password that Odoo was created with, or that was set by the last reset, once: it is erased in the same transaction. */
export async function revealAdminPassword(
  app: App,
  scope: OrgScope,
  id: string,
): Promise<{ login: string; password: string }> {
  const before = await getInstance(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    if (before.status !== 'running' && before.status !== 'stopped')
      throw invalidState('instance', before.status, ['running', 'stopped']);
    const taken = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, adminPasswordEnc: { not: null } },
      data: { adminPasswordEnc: null },
    });
    if (taken.count === 0 || before.adminPasswordEnc === null) {
      const resetting = await tx.operation.findFirst({
        where: { resourceId: id, orgId: scope.orgId, kind: resetAdminPasswordKind.kind, ...liveOperation },
      });
      if (resetting) throw operationInProgress('instance', id, resetting);
      throw new AppError('conflict', 'The admin password has already been shown; reset it to get a new one', {
        resource: 'instance',
        id,
      });
    }
    await record({
      action: 'instance.admin_password_revealed',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId: before.projectId,
    });
    return { login: before.adminEmail, password: await openAdminPassword(app.secrets, id, before.adminPasswordEnc) };
  });
}
