import { type Access, anonymous } from './access.ts';
import { isOwnerRole, type RoleRow } from './bounds.ts';
import { expand, isProjectPermission, type Permission, permissionsOf, viewOf } from './permissions.ts';

/** A role, and for a role in a single project which one. */
export interface GrantRow extends RoleRow {
  projectId: string | null;
}

export type Grants = Pick<Access, 'permissions' | 'projects' | 'isOwner'>;

/** What a member's roles allow together: the one in the whole organization, and those in single projects. */
export function grantsOf(rows: readonly GrantRow[]): Grants {
  const whole = new Set<Permission>();
  const projects = new Map<string, Set<Permission>>();
  let isOwner = false;
  for (const row of rows) {
    const granted = expand(permissionsOf(row));
    if (row.projectId === null) {
      for (const permission of granted) whole.add(permission);
      isOwner ||= isOwnerRole(row);
      continue;
    }
    const inProject = projects.get(row.projectId) ?? new Set<Permission>();
    for (const permission of granted) if (isProjectPermission(permission)) inProject.add(permission);
    projects.set(row.projectId, inProject);
  }
  return { permissions: whole, projects, isOwner };
}

const viewsOf = (granted: ReadonlySet<Permission>): Set<Permission> =>
  new Set([...granted].filter((permission) => permission === viewOf(permission)));

export function onlyViews({ permissions, projects }: Grants): Grants {
  return {
    permissions: viewsOf(permissions),
    projects: new Map([...projects].map(([id, granted]) => [id, viewsOf(granted)])),
    isOwner: false,
  };
}

const intersection = (a: ReadonlySet<Permission>, b: ReadonlySet<Permission>): Set<Permission> =>
  new Set([...a].filter((permission) => b.has(permission)));

/** What an API key may do now: never more than the person who made it may now, and only in its projects where it is limited to some. */
export function narrow(
  person: Grants,
  key: { permissions: readonly string[]; projectLimited: boolean; projectIds: readonly string[] },
): Grants {
  const wanted = expand(key.permissions);
  const projects = new Map<string, ReadonlySet<Permission>>();
  if (!key.projectLimited) {
    for (const [id, granted] of person.projects) projects.set(id, intersection(granted, wanted));
    return { permissions: intersection(person.permissions, wanted), projects, isOwner: false };
  }
  for (const id of key.projectIds) {
    const granted = new Set([...person.permissions, ...(person.projects.get(id) ?? [])]);
    projects.set(id, new Set([...intersection(granted, wanted)].filter(isProjectPermission)));
  }
  return { permissions: anonymous.permissions, projects, isOwner: false };
}
