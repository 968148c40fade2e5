import type { Access } from './access/access.ts';
import type { App } from './app.ts';
import { getAuditEntry } from './audit/list.ts';
import type { AccountNode, InstallationNode, OrganizationNode } from './feature/node.ts';
import { features } from './features.ts';
import { isId } from './ids.ts';
import { getOperation } from './operations/service.ts';
import { getMyOrganization, getOrganization } from './orgs/index.ts';

export type NodePlace = 'organization' | 'account' | 'installation';
export interface NodeName {
  place: NodePlace;
  type: string;
}

type Nodes<Node> = Readonly<Record<string, Node>>;
const of = <Node>(
  each: (nodes: NonNullable<(typeof features)[number]['nodes']>) => Nodes<Node> | undefined,
): Nodes<Node> => Object.fromEntries(features.flatMap(({ nodes }) => Object.entries((nodes && each(nodes)) ?? {})));

/** Those of the organization of the request, beside the organization itself. */
const within: Nodes<OrganizationNode> = {
  ...of((nodes) => nodes.organization),
  AuditEntry: { table: 'audit_entries', permission: 'view:audit_logs', get: getAuditEntry },
  Operation: { table: 'operations', permission: 'view:operations', get: getOperation },
};
const ofPerson: Nodes<AccountNode> = of((nodes) => nodes.account);

export const organizationNodes: Nodes<OrganizationNode> = {
  ...within,
  Organization: { table: 'organizations', permission: 'view:org', get: getOrganization },
};
export const accountNodes: Nodes<AccountNode> = {
  ...ofPerson,
  Organization: { table: 'memberships', get: getMyOrganization },
};
export const installationNodes: Nodes<InstallationNode> = of((nodes) => nodes.installation);

const select = (condition: string, nodes: Nodes<{ table: string }>): string[] =>
  Object.entries(nodes).map(
    ([type, { table }]) => `SELECT '${type}' AS type FROM ${table} WHERE id = $1::uuid${condition}`,
  );

const inOrganization = [
  ...select(' AND org_id = $2::uuid', within),
  "SELECT 'Organization' FROM organizations WHERE id = $1::uuid AND id = $2::uuid",
].join(' UNION ALL ');
const ofAccount = [
  ...select(' AND user_id = $2::uuid', ofPerson),
  "SELECT 'Organization' FROM memberships WHERE org_id = $1::uuid AND user_id = $2::uuid",
].join(' UNION ALL ');
const ofInstallation = select('', installationNodes).join(' UNION ALL ');

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
