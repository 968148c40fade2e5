import type { Access } from '../access/access.ts';
import type { Permission } from '../access/permissions.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';

interface Row {
  id: string;
}

export interface OrganizationNode {
  readonly table: string;
  readonly permission: Permission;
  /** `get` itself decides who sees which rows: also callers without the permission see their own. */
  readonly ownRows?: true;
  get(scope: OrgScope, id: string): Promise<Row>;
}

export interface AccountNode {
  readonly table: string;
  get(app: App, access: Access, id: string): Promise<Row>;
}

export interface InstallationNode {
  readonly table: string;
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
