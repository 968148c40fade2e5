import { z } from 'zod';
import { requireHeld } from '../access/bounds.ts';
import { permissionSchema, permissionsOf } from '../access/permissions.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { displayName } from '../display-name.ts';
import { AppError, notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { isId, newId } from '../ids.ts';
import { foundById, page, type PageArgs, sameName, searchTerm, textFilter } from '../lists.ts';
import { lockOrganization } from '../orgs/index.ts';
import { parse } from '../parse.ts';

const name = displayName(50);
const description = z.string().trim().max(500);
const permissionIds = z
  .array(permissionSchema)
  .max(100)
  .transform((given) => [...new Set(given)].sort());
export const createInput = z.object({ name, description: description.nullish(), permissionIds });
export const updateInput = z.object({
  name: name.nullish(),
  description: description.nullish(),
  permissionIds: permissionIds.nullish(),
});

export async function getRole(scope: OrgScope, id: string) {
  const role = isId(id) ? await scope.db.role.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  if (!role) throw notFound('role', id);
  return role;
}

export interface RoleFilter {
  name?: string | null | undefined;
  search?: string | null | undefined;
}

export function listRoles(scope: OrgScope, args: PageArgs & RoleFilter) {
  const search = searchTerm(args.search);
  const named = textFilter('name', args.name);
  const where = {
    orgId: scope.orgId,
    AND: [
      named ? { name: sameName(named) } : {},
      search ? { name: { contains: search, mode: 'insensitive' as const } } : {},
    ],
  };
  return page(`roles of ${scope.orgId}`, args, {
    find: (seek) => scope.db.role.findMany(foundById(where, seek)),
    count: () => scope.db.role.count({ where }),
  });
}

/** Names that differ in case only would be taken for one another. Asked under lockOrganization. */
async function requireFreeName(tx: Tx, orgId: string, wanted: string, exceptId?: string): Promise<void> {
  const taken = await tx.role.findFirst({
    where: { orgId, name: sameName(wanted), ...(exceptId ? { id: { not: exceptId } } : {}) },
    select: { name: true },
  });
  if (taken)
    throw new AppError('conflict', `A role named ${taken.name} already exists`, {
      field: 'name',
      constraint: 'unique',
    });
}

export async function createRole(app: App, scope: OrgScope, given: unknown) {
  const input = parse(createInput, given);
  requireHeld(scope.access.permissions, input.permissionIds, `The role ${input.name}`);
  return mutate(app, scope, async ({ tx, record }) => {
    await lockOrganization(tx, scope.orgId);
    await requireFreeName(tx, scope.orgId, input.name);
    const role = await tx.role.create({
      data: {
        id: newId(),
        orgId: scope.orgId,
        name: input.name,
        description: input.description ?? '',
        permissions: input.permissionIds,
      },
    });
    await record({
      action: 'role.created',
      resource: 'role',
      resourceId: role.id,
      resourceName: role.name,
      after: { name: role.name, permissions: role.permissions },
    });
    return role;
  });
}

/** A role that the organization made itself. */
export async function customRoleIn(tx: Tx, orgId: string, id: string) {
  const role = isId(id) ? await tx.role.findFirst({ where: { id, orgId } }) : null;
  if (!role) throw notFound('role', id);
  if (role.isSystem)
    throw new AppError(
      'unprocessable',
      `${role.name} is a system role and cannot be changed; create a custom role instead`,
      { role: role.name, constraint: 'system_role' },
    );
  return role;
}

/** Changes a role for everyone who has it, from their next request on. */
export async function updateRole(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(updateInput, given);
  return mutate(app, scope, async ({ tx, record }) => {
    await lockOrganization(tx, scope.orgId);
    const before = await customRoleIn(tx, scope.orgId, id);
    requireHeld(scope.access.permissions, permissionsOf(before), `The role ${before.name}`);
    if (input.permissionIds)
      requireHeld(scope.access.permissions, input.permissionIds, `The changed role ${before.name}`);
    if (input.name) await requireFreeName(tx, scope.orgId, input.name, id);
    const role = await tx.role.update({
      where: { id },
      data: {
        ...(input.name ? { name: input.name } : {}),
        ...(typeof input.description === 'string' ? { description: input.description } : {}),
        ...(input.permissionIds ? { permissions: input.permissionIds } : {}),
      },
    });
    await record({
      action: 'role.updated',
      resource: 'role',
      resourceId: id,
      resourceName: role.name,
      before: { name: before.name, permissions: before.permissions },
      after: { name: role.name, permissions: role.permissions },
    });
    const members = await tx.membership.findMany({
      where: { orgId: scope.orgId, OR: [{ roleId: id }, { assignments: { some: { roleId: id } } }] },
      select: { userId: true },
    });
    await notify(
      tx,
      members.map(({ userId }): `access:${string}` => `access:${userId}`),
    );
    return role;
  });
}
