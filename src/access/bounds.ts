import { AppError } from '../errors.ts';
import type { Access } from './access.ts';
import { expand, type Permission, permissionsOf } from './permissions.ts';

export interface RoleRow {
  name: string;
  isSystem: boolean;
  permissions: readonly string[];
}

type Holder = Pick<Access, 'permissions' | 'isOwner'>;

export const isOwnerRole = (role: RoleRow): boolean => role.isSystem && role.name === 'Owner';

/** Refuses to grant or remove permissions that the caller does not have. `what` begins the sentence. */
export function requireHeld(
  held: { has(permission: Permission): boolean },
  granted: readonly string[],
  what: string,
): void {
  const missing = [...expand(granted)].filter((permission) => !held.has(permission)).sort();
  if (missing.length > 0)
    throw new AppError('forbidden', `${what} holds permissions that you do not have: ${missing.join(', ')}`, {
      missing,
    });
}

export function requireMayGrant(holder: Holder, role: RoleRow): void {
  if (isOwnerRole(role) && !holder.isOwner)
    throw new AppError('forbidden', 'Only a signed-in Owner can make another member an Owner', { role: 'Owner' });
  requireHeld(holder.permissions, permissionsOf(role), `The role ${role.name}`);
}

/** Refuses to demote or remove a member with more permissions than the caller. */
export function requireMayChange(holder: Holder, member: { name: string; roles: readonly RoleRow[] }): void {
  if (member.roles.some(isOwnerRole) && !holder.isOwner)
    throw new AppError('forbidden', 'Only a signed-in Owner can change an Owner', { role: 'Owner' });
  requireHeld(holder.permissions, member.roles.flatMap(permissionsOf), member.name);
}
