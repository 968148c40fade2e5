import type { Access } from './access/access.ts';
import type { App } from './app.ts';
import type { NodeTables } from './feature/feature.ts';
import { features } from './features.ts';
import { isId } from './ids.ts';

/** Where a node can lie: in the organization of the request, with the person who is signed in, or anywhere, for the administrator. */
export type NodePlace = 'organization' | 'account' | 'installation';
export interface NodeName {
  place: NodePlace;
  type: string;
}

const select = (condition: string, tables: NodeTables): string[] =>
  Object.entries(tables).map(
    ([type, table]) => `SELECT '${type}' AS type FROM ${table} WHERE id = $1::uuid${condition}`,
  );
const tablesOf = (place: NodePlace): NodeTables =>
  Object.assign({}, ...features.map(({ nodes }) => nodes?.[place] ?? {}));

const inOrganization = [
  ...select(' AND org_id = $2::uuid', {
    ...tablesOf('organization'),
    AuditEntry: 'audit_entries',
    Operation: 'operations',
  }),
  ...select(' AND id = $2::uuid', { Organization: 'organizations' }),
].join(' UNION ALL ');
const ofAccount = [
  ...select(' AND user_id = $2::uuid', tablesOf('account')),
  "SELECT 'Organization' FROM memberships WHERE org_id = $1::uuid AND user_id = $2::uuid",
].join(' UNION ALL ');
const ofInstallation = select('', tablesOf('installation')).join(' UNION ALL ');

/** What the id can name for the caller, the nearest first. Whether the caller may see it is for the type's own service to say. */
export async function nodesOf(
  { db }: App,
  { org, userId, sessionId, isAdmin }: Access,
  id: string,
): Promise<NodeName[]> {
  if (!isId(id)) return [];
  const found = await Promise.all([
    org
      ? db.tenants.query<{ type: string }>(org.id, {
          name: 'nodes of an organization',
          text: inOrganization,
          values: [id, org.id],
        })
      : null,
    sessionId
      ? db.pool.query<{ type: string }>({ name: 'nodes of an account', text: ofAccount, values: [id, userId] })
      : null,
    isAdmin
      ? db.pool.query<{ type: string }>({ name: 'nodes of the installation', text: ofInstallation, values: [id] })
      : null,
  ]);
  const places: NodePlace[] = ['organization', 'account', 'installation'];
  return places.flatMap((place, index) => (found[index]?.rows ?? []).map(({ type }) => ({ place, type })));
}
