import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { notify } from '../events/hub.ts';
import { changeable } from './changeable.ts';
import { type KeyRow, shown } from './rows.ts';

/** Ends the key with all its secrets: refused from the next request on, its sockets closed. */
export async function revokeApiKey(app: App, scope: OrgScope, id: string): Promise<KeyRow> {
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await changeable(tx, scope, id);
    const row = await tx.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    await record({
      action: 'api_key.revoked',
      resource: 'api_key',
      resourceId: id,
      resourceName: row.name,
      before: shown(before),
    });
    await notify(tx, [`access:${id}`]);
    return row;
  });
}
