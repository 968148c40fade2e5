import type { ApiKey } from '../../prisma/generated/client/client.ts';
import { type Access, holds, requirePermission } from '../access/access.ts';
import { requireHeld } from '../access/bounds.ts';
import { isWithin } from '../access/ip-range.ts';
import { isPermission, isProjectPermission } from '../access/permissions.ts';
import type { Tx } from '../database/database.ts';
import { AppError, notFound, validationError } from '../errors.ts';
import { isId } from '../ids.ts';

export type KeyValues = Pick<ApiKey, 'permissions' | 'projectLimited' | 'projectIds' | 'allowedIps' | 'expiresAt'>;

/**
 * Whose keys the caller reaches: with the permission everyone's, without it a person's own. A key needs the permission
 * for any key, its own included: who steals one must not be able to make more of it.
 */
export function keysOf(access: Access, permission: 'view:api_keys' | 'manage:api_keys'): { userId?: string } {
  if (access.permissions.has(permission)) return {};
  if (access.userId && access.sessionId) return { userId: access.userId };
  requirePermission(access, permission);
  return {};
}

/** A key for single projects can hold only what lies in projects, and only in projects that are there and that the caller works in. */
async function requireProjects(tx: Tx, orgId: string, access: Access, values: KeyValues): Promise<void> {
  const outside = values.permissions.filter(
    (permission) => isPermission(permission) && !isProjectPermission(permission),
  );
  if (outside.length > 0)
    throw validationError([
      {
        field: 'permissions',
        constraint: 'project_permission',
        message: `permissions: ${outside.join(', ')} applies in the whole organization only; omit it, or omit projectIds`,
      },
    ]);
  const found = new Set(
    (
      await tx.project.findMany({ where: { orgId, id: { in: values.projectIds.filter(isId) } }, select: { id: true } })
    ).map((row) => row.id),
  );
  const inAll = [...access.permissions].some(isProjectPermission);
  for (const id of values.projectIds) {
    if (!found.has(id) || !(inAll || access.projects.has(id))) throw notFound('project', id);
    requireHeld(new Set([...access.permissions, ...(access.projects.get(id) ?? [])]), values.permissions, 'The key');
  }
}

/** A key holds at most what its maker holds, where its maker holds it. */
export async function requireHeldByMaker(tx: Tx, orgId: string, access: Access, values: KeyValues): Promise<void> {
  if (values.projectLimited) await requireProjects(tx, orgId, access, values);
  // Without its own limit the key applies where its creator's roles do, checked at each use.
  else requireHeld({ has: (permission) => holds(access, permission) }, values.permissions, 'The key');
}

/** Of somebody else's key one takes into one's hands only what one holds oneself in the whole organization. */
export function requireHeldEverywhere(access: Access, values: KeyValues): void {
  requireHeld(access.permissions, values.permissions, 'The key');
}

/** A key that makes, changes or rotates keys passes its own limits of time and address on. */
export async function requireWithinKey(tx: Tx, access: Access, values: KeyValues): Promise<void> {
  if (!access.apiKeyId) return;
  const own = await tx.apiKey.findFirst({ where: { id: access.apiKeyId } });
  if (!own) throw new AppError('unauthenticated', 'The API key no longer exists');
  if (
    access.expiresAt !== null &&
    (values.expiresAt === null || values.expiresAt.getTime() > access.expiresAt * 1000)
  ) {
    throw new AppError(
      'forbidden',
      'The new key would expire later than the key that you use; set an earlier expiresAt',
      { field: 'expiresAt', latest: new Date(access.expiresAt * 1000).toISOString() },
    );
  }
  const free = own.allowedIps.length > 0 && values.allowedIps.length === 0;
  if (free || !values.allowedIps.every((range) => isWithin(range, own.allowedIps))) {
    throw new AppError('forbidden', 'allowedIps must not exceed those of the key that you use', {
      field: 'allowedIps',
      within: own.allowedIps,
    });
  }
}
