import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState } from '../errors.ts';
import { openAdminPassword } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { getInstance } from './list.ts';

/** Shows Odoo's first admin password, once: it is erased in the same transaction. */
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
    if (taken.count === 0 || before.adminPasswordEnc === null)
      throw new AppError('conflict', 'The admin password has already been shown; set a new one in Odoo', {
        resource: 'instance',
        id,
      });
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
