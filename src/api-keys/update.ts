import { z } from 'zod';
import { expand } from '../access/permissions.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { parse } from '../parse.ts';
import { requireHeldByMaker, requireHeldEverywhere, requireWithinKey } from './limits.ts';
import { changeable, isOwn } from './changeable.ts';
import { allowedIps, name, permissions } from './fields.ts';
import { type KeyRow, shown } from './rows.ts';

export const updateInput = z.object({
  name: name.nullish(),
  permissions: permissions.nullish(),
  allowedIps: allowedIps.nullish(),
});

export async function updateApiKey(app: App, scope: OrgScope, id: string, given: unknown): Promise<KeyRow> {
  const input = parse(updateInput, given);
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await changeable(tx, scope, id);
    const after = {
      ...before,
      permissions: input.permissions ?? before.permissions,
      allowedIps: input.allowedIps ?? before.allowedIps,
    };
    const added = [...expand(after.permissions)].filter((permission) => !expand(before.permissions).has(permission));
    if (!isOwn(scope, before)) {
      requireHeldEverywhere(scope.access, before);
      // It speaks for its maker, who alone gives it more.
      if (added.length > 0)
        throw new AppError('forbidden', `Only the creator of the key can add permissions: ${added.join(', ')}`, {
          added,
        });
    } else if (added.length > 0)
      await requireHeldByMaker(tx, scope.orgId, scope.access, { ...after, permissions: added });
    await requireWithinKey(tx, scope.access, after);
    const row = await tx.apiKey.update({
      where: { id },
      data: { name: input.name ?? before.name, permissions: after.permissions, allowedIps: after.allowedIps },
    });
    await record({
      action: 'api_key.updated',
      resource: 'api_key',
      resourceId: id,
      resourceName: row.name,
      before: shown(before),
      after: shown(row),
    });
    await notify(tx, [`access:${id}`]);
    return row;
  });
}
