import type { ApiKey } from '../../prisma/generated/client/client.ts';
import type { FactScope, OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { notify } from '../events/hub.ts';
import { changeable } from './changeable.ts';
import { type KeyRow, shown } from './rows.ts';

/** Ends the key with all its secrets: refused from the next request on, its sockets closed. */
export async function revokeApiKey(app: App, scope: OrgScope, id: string): Promise<KeyRow> {
  return mutate(app, scope, async ({ tx, record }) => {
    return revoke({ tx, record }, await changeable(tx, scope, id));
  });
}

/** The same of a key of any organization, for the administrator of the installation. */
export function revokeKeyOf(app: App, scope: FactScope, key: ApiKey): Promise<KeyRow> {
  return mutate(app, scope, (mutation) => revoke(mutation, key));
}

async function revoke({ tx, record }: Pick<Mutation, 'tx' | 'record'>, before: ApiKey): Promise<KeyRow> {
  const row = await tx.apiKey.update({ where: { id: before.id }, data: { revokedAt: new Date() } });
  await record({
    action: 'api_key.revoked',
    resource: 'api_key',
    resourceId: row.id,
    resourceName: row.name,
    before: shown(before),
  });
  await notify(tx, [`access:${row.id}`]);
  return row;
}
