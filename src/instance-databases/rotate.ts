import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { getInstance, instanceResource } from '../instances/index.ts';
import { rotateDatabasePasswordKind } from './kinds.ts';

/** Gives the role that Odoo signs in to PostgreSQL with a new password, while Odoo runs. */
export async function rotateDatabasePassword(app: App, scope: OrgScope, id: string) {
  const before = await getInstance(scope, id);
  const { serverId, projectId } = before;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(rotateDatabasePasswordKind, { resourceId: id, serverId, projectId, input: {} });
    const where = { id, orgId: scope.orgId, status: 'running' as const };
    const same = await tx.instance.updateMany({ where, data: { status: 'running' } });
    if (same.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({
      action: 'database.password_rotation_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId,
    });
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}
