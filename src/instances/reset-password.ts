import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { resetAdminPasswordKind } from './kinds.ts';
import { getInstance } from './list.ts';
import { instanceResource } from './resource.ts';

/** Sets a new random password of Odoo's administrator, which is then read as the first one was. */
export async function resetAdminPassword(app: App, scope: OrgScope, id: string) {
  const before = await getInstance(scope, id);
  const { serverId, projectId } = before;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(resetAdminPasswordKind, { resourceId: id, serverId, projectId, input: {} });
    const same = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: 'running' },
      data: { status: 'running' },
    });
    if (same.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({
      action: 'instance.admin_password_reset_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId,
    });
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}
