import type { TenantClient } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { type Access, type Actor, type Reach, reachOf, requireActor, requireOrg, requirePermission } from './access.ts';
import type { Client } from './client.ts';
import { type Permission, viewOf } from './permissions.ts';

/** Who did something where: what the audit log needs. */
export interface FactScope extends Readonly<Client> {
  readonly orgId: string;
  readonly actor: Actor;
}

/** The proven tenant boundary of one request and one permission: services take this, never a bare organization id. */
export interface OrgScope extends FactScope {
  /** The permissions of the caller, who cannot grant more than these. */
  readonly access: Access;
  /** The database as this organization may see it. */
  readonly db: TenantClient;
  /** The projects whose things are seen; what lies elsewhere does not exist for the caller. */
  readonly sees: Reach;
  /** The projects in which the caller may do what was asked for. */
  readonly acts: Reach;
}

interface Tenants {
  of(orgId: string): TenantClient;
}

/** Where a member holds any permission at all. */
const somewhere = ({ permissions, projects }: Access): Reach =>
  permissions.size > 0 ? 'all' : new Set(projects.keys());

/** `member`: for what asks for a permission of its own with each row. */
export function scopeOf(tenants: Tenants, access: Access, permission: Permission | 'member', client: Client): OrgScope {
  const { id } = requireOrg(access);
  return {
    orgId: id,
    actor: requireActor(access),
    access,
    ...client,
    db: tenants.of(id),
    sees: permission === 'member' ? somewhere(access) : reachOf(access, viewOf(permission)),
    acts: permission === 'member' ? somewhere(access) : reachOf(access, permission),
  };
}

function includes(reach: Reach, projectId: string | null | undefined): boolean {
  return reach === 'all' || (typeof projectId === 'string' && reach.has(projectId));
}

/** The row, if the caller sees its project and may act there: 404 for what is not seen, 403 for what is only seen. */
export function reachable<Row>(
  scope: OrgScope,
  resource: string,
  id: string,
  row: Row | null,
  projectOf: (row: Row) => string | null,
): Row {
  if (row === null || !includes(scope.sees, projectOf(row))) throw notFound(resource, id);
  requireProject(scope, projectOf(row));
  return row;
}

/** What was asked for is allowed in this project (null: it is about the whole organization). */
export function requireProject(scope: OrgScope, projectId: string | null): void {
  if (!includes(scope.acts, projectId)) {
    throw new AppError(
      'forbidden',
      projectId === null
        ? 'This needs the permission in the whole organization, not only in single projects'
        : 'Your role in this project does not allow this',
      { project: projectId },
    );
  }
}

/** One more permission than the root field's own, in this project. */
export function requireIn(scope: OrgScope, permission: Permission, projectId: string | null): void {
  requirePermission(scope.access, permission);
  if (includes(reachOf(scope.access, permission), projectId)) return;
  const where = projectId === null ? 'in the whole organization' : 'in this project';
  throw new AppError('forbidden', `This needs the permission ${permission} ${where}`, {
    permission,
    project: projectId,
  });
}

/** Narrows a list to the projects that are seen. */
export function seenProjects(scope: OrgScope): { in: string[] } | undefined {
  return scope.sees === 'all' ? undefined : { in: [...scope.sees] };
}
