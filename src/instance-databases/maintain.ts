import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { getInstance, instanceResource } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { maintainDatabaseKind, maintenanceActions } from './kinds.ts';

const identifier = z.string().min(1).max(63);
export const maintainDatabaseInput = z.object({
  action: z.enum(maintenanceActions),
  tables: z
    .array(z.object({ schema: identifier.nullish(), name: identifier }))
    .max(100)
    .nullish(),
});

/** Vacuums, analyses or reindexes all tables of an instance, or some, while Odoo works. */
export async function maintainDatabase(app: App, scope: OrgScope, id: string, given: unknown) {
  const { action, tables } = parse(maintainDatabaseInput, given);
  const before = await getInstance(scope, id);
  const { serverId, projectId } = before;
  const chosen = (tables ?? []).map(({ schema, name }) => ({ schema: schema ?? 'public', name }));
  return mutate(app, scope, async ({ tx, record, start }) => {
    const input = { action, tables: chosen };
    const operation = await start(maintainDatabaseKind, { resourceId: id, serverId, projectId, input });
    const where = { id, orgId: scope.orgId, status: 'running' as const };
    const same = await tx.instance.updateMany({ where, data: { status: 'running' } });
    if (same.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({
      action: 'database.maintenance_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId,
      after: { action, tables: chosen.map(({ schema, name }) => `${schema}.${name}`) },
    });
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}
