import { z } from 'zod';
import { holds } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import { notFound, validationError } from '../errors.ts';
import { isId } from '../ids.ts';

/** A role, by its id or by its name. */
export const roleFields = { roleId: z.string().nullish(), role: z.string().trim().max(50).nullish() };

interface NamedRole {
  roleId?: string | null | undefined;
  role?: string | null | undefined;
}

export function oneRole({ roleId, role }: NamedRole, context: z.RefinementCtx): void {
  const given = [roleId, role].filter((value) => typeof value === 'string').length;
  if (given === 1) return;
  context.addIssue({
    code: 'custom',
    path: ['roleId'],
    message: given === 0 ? 'Give the role by roleId or, by its name, by role' : 'Give either roleId or role, not both',
    params: { constraint: given === 0 ? 'required' : 'exclusive' },
  });
}

/** The role that the input means. An unknown name is answered with those that there are, as far as the caller may know them. */
export async function roleIn(tx: Tx, scope: OrgScope, { roleId, role: name }: NamedRole) {
  const { orgId } = scope;
  if (typeof name !== 'string') {
    const role = roleId && isId(roleId) ? await tx.role.findFirst({ where: { id: roleId, orgId } }) : null;
    if (!role) throw notFound('role', roleId ?? '');
    return role;
  }
  return roleNamed(tx, orgId, { field: 'role', name, tells: holds(scope.access, 'view:roles') });
}

/** `tells`: whether an unknown name is answered with those that there are. */
export async function roleNamed(
  tx: Tx,
  orgId: string,
  { field, name, tells }: { field: string; name: string; tells: boolean },
) {
  const roles = await tx.role.findMany({ where: { orgId }, orderBy: { id: 'asc' } });
  // Names are unique in any case of letters.
  const role = roles.find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (role) return role;
  const names = tells ? `; there are ${roles.map((row) => row.name).join(', ')}` : '';
  throw validationError([
    { field, constraint: 'one_of', message: `The organization has no role of this name${names}` },
  ]);
}
