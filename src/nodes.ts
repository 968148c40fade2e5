import type { Access } from './access/access.ts';
import type { App } from './app.ts';
import { getAccountEvent } from './audit/account-events.ts';
import { getAuditEntry } from './audit/list.ts';
import { getAnyAuditEntry } from './audit/list-all.ts';
import { getEvent } from './events/list.ts';
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

/** By whom they may be seen: the person's own, and those of whoever is in an organization with them. */
const accountEvents = `(
  SELECT id, resource_id AS user_id FROM audit_entries WHERE org_id IS NULL AND resource_type = 'user'
  UNION SELECT e.id, mine.user_id FROM audit_entries e JOIN memberships theirs ON theirs.user_id = e.resource_id JOIN memberships mine ON mine.org_id = theirs.org_id
  WHERE e.org_id IS NULL AND e.resource_type = 'user') account_events`;

/** Those of the organization of the request. */
export const organizationNodes: Nodes<OrganizationNode> = {
  ...of((nodes) => nodes.organization),
  AuditEntry: { table: 'audit_entries', permission: 'view:audit_logs', get: getAuditEntry },
  Event: { table: 'outbox_events', column: 'event_id', permission: 'member', get: getEvent },
  Operation: { table: 'operations', permission: 'view:operations', get: getOperation },
  Organization: { table: 'organizations', owner: 'id', permission: 'view:org', get: getOrganization },
};
export const accountNodes: Nodes<AccountNode> = {
  ...of((nodes) => nodes.account),
  Organization: { table: 'memberships', column: 'org_id', get: getMyOrganization },
  AuditEntry: { table: accountEvents, get: getAccountEvent },
};
export const installationNodes: Nodes<InstallationNode> = {
  ...of((nodes) => nodes.installation),
  AuditEntry: { table: 'audit_entries', get: getAnyAuditEntry },
};

function select(nodes: Nodes<OrganizationNode | AccountNode | InstallationNode>, usualOwner: string | null): string {
  return Object.entries(nodes)
    .map(([type, { table, column = 'id', owner = usualOwner }]) => {
      const owned = owner === null ? '' : ` AND ${owner} = $2::uuid`;
      return `SELECT '${type}' AS type FROM ${table} WHERE ${column} = $1::uuid${owned}`;
    })
    .join(' UNION ALL ');
}

const inOrganization = select(organizationNodes, 'org_id');
const ofAccount = select(accountNodes, 'user_id');
const ofInstallation = select(installationNodes, null);

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
