import type { Access } from '../access/access.ts';
import type { Permission } from '../access/permissions.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';

interface Row {
  id: string;
}

/** Where its rows are. */
interface Place {
  readonly table: string;
  /** The column that has the node's id: `id`, unless it is told. */
  readonly column?: string;
  /** The column that says whose it is: `org_id` or `user_id`, unless it is told. */
  readonly owner?: string;
}

export interface OrganizationNode extends Place {
  /** `member`: each row asks for a permission of its own. */
  readonly permission: Permission | 'member';
  /** `get` itself decides who sees which rows: also callers without the permission see their own. */
  readonly ownRows?: true;
  get(scope: OrgScope, id: string): Promise<Row>;
}

export interface AccountNode extends Place {
  get(app: App, access: Access, id: string): Promise<Row>;
}

export interface InstallationNode extends Place {
  get(app: App, id: string): Promise<Row>;
}

type ByType<Node> = Readonly<Record<string, Node>>;

/**
 * What `node(id:)` finds, by GraphQL type: in the organization of the request, with the person who is signed in, or
 * anywhere, for the administrator.
 */
export interface Nodes {
  readonly organization?: ByType<OrganizationNode>;
  readonly account?: ByType<AccountNode>;
  readonly installation?: ByType<InstallationNode>;
}
