import { z } from 'zod';
import type { ApiKey } from '../../prisma/generated/client/client.ts';
import { requireActor } from '../access/access.ts';
import { newApiKey } from '../access/api-key.ts';
import { isIpRange } from '../access/ip-range.ts';
import { expand, permissionSchema } from '../access/permissions.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { displayName } from '../display-name.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { isId, newId } from '../ids.ts';
import { page, type PageArgs, seekById } from '../lists.ts';
import { parse } from '../parse.ts';
import { keysOf, requireHeldByMaker, requireHeldEverywhere, requireWithinKey } from './limits.ts';

const name = displayName(100);
const permissions = z
  .array(permissionSchema)
  .min(1)
  .max(100)
  .transform((given) => [...new Set(given)].sort());
const allowedIps = z
  .array(
    z
      .string()
      .trim()
      .max(64)
      .refine(isIpRange, {
        message: 'must be an IP address or a CIDR range such as 203.0.113.0/24',
        params: { constraint: 'ip_range' },
      }),
  )
  .max(50)
  .transform((given) => [...new Set(given)]);
export const createInput = z.object({
  name,
  permissions,
  projectIds: z.array(z.string()).min(1).max(100).nullish(),
  allowedIps: allowedIps.nullish(),
  expiresAt: z
    .date()
    .refine((value) => value > new Date(), { message: 'must be in the future', params: { constraint: 'future' } })
    .nullish(),
});
export const updateInput = z.object({
  name: name.nullish(),
  permissions: permissions.nullish(),
  allowedIps: allowedIps.nullish(),
});
export const rotateInput = z.object({ overlapHours: z.number().int().min(0).max(168) });

export type KeyStatus = 'active' | 'expired' | 'revoked';
/** `key` only in the response that made it. */
export type KeyRow = ApiKey & { key?: string };

export function keyStatusOf(row: ApiKey): KeyStatus {
  if (row.revokedAt) return 'revoked';
  return row.expiresAt && row.expiresAt <= new Date() ? 'expired' : 'active';
}

const shown = ({ name, permissions, projectIds, allowedIps, expiresAt }: ApiKey) => ({
  name,
  permissions,
  projectIds,
  allowedIps,
  expiresAt: expiresAt?.toISOString() ?? null,
});

export async function getApiKey(scope: OrgScope, id: string): Promise<KeyRow> {
  const whose = keysOf(scope.access, 'view:api_keys');
  const key = isId(id) ? await scope.db.apiKey.findFirst({ where: { id, orgId: scope.orgId, ...whose } }) : null;
  if (!key) throw notFound('API key', id);
  return key;
}

export async function currentApiKey(scope: OrgScope): Promise<KeyRow> {
  requireActor(scope.access);
  const key = scope.access.apiKeyId ? await scope.db.apiKey.findFirst({ where: { id: scope.access.apiKeyId } }) : null;
  if (!key) throw new AppError('not_found', 'This request was not made with an API key', { resource: 'API key' });
  return key;
}

export function listApiKeys(scope: OrgScope, args: PageArgs & { includeRevoked?: boolean | null | undefined }) {
  const whose = keysOf(scope.access, 'view:api_keys');
  return page(args, (seek) => {
    const { and, ...rest } = seekById(seek);
    return scope.db.apiKey.findMany({
      where: { orgId: scope.orgId, ...whose, ...(args.includeRevoked ? {} : { revokedAt: null }), AND: and },
      ...rest,
    });
  });
}

/** Whoever removes the member meanwhile waits, and revokes this key with the others. */
async function requireStillMember(tx: Tx, orgId: string, userId: string): Promise<void> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM memberships WHERE org_id = ${orgId}::uuid AND user_id = ${userId}::uuid FOR SHARE`;
  if (rows.length === 0) throw new AppError('forbidden', 'You are no longer a member of this organization');
  const organization = await tx.organization.findFirstOrThrow({ where: { id: orgId }, select: { status: true } });
  if (organization.status !== 'active') throw invalidState('organization', organization.status, ['active']);
}

/** Makes a key in the name of the caller. It is given now and never again. */
export async function createApiKey(app: App, scope: OrgScope, given: unknown): Promise<KeyRow> {
  const input = parse(createInput, given);
  const { access } = scope;
  keysOf(access, 'manage:api_keys');
  const { userId } = access;
  if (!userId) throw new AppError('unauthenticated', 'An API key belongs to a user; sign in first');
  const { key, prefix, hash } = newApiKey();
  const values = {
    permissions: input.permissions,
    projectLimited: Boolean(input.projectIds),
    projectIds: [...new Set(input.projectIds ?? [])],
    allowedIps: input.allowedIps ?? [],
    expiresAt: input.expiresAt ?? null,
  };
  return mutate(app, scope, async ({ tx, record }) => {
    await requireStillMember(tx, scope.orgId, userId);
    await requireHeldByMaker(tx, scope.orgId, access, values);
    await requireWithinKey(tx, access, values);
    const row = await tx.apiKey.create({
      data: { id: newId(), orgId: scope.orgId, userId, name: input.name, prefix, hash, ...values },
    });
    await record({
      action: 'api_key.created',
      resourceType: 'api_key',
      resourceId: row.id,
      resourceName: row.name,
      after: shown(row),
    });
    return { ...row, key };
  });
}

/** The key, which the caller may change; one that is only seen is 403. Its row is held until the transaction ends. */
async function changeable(tx: Tx, scope: OrgScope, id: string): Promise<ApiKey> {
  const seen = keysOf(scope.access, 'view:api_keys');
  if (isId(id)) await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ${id}::uuid FOR UPDATE`;
  const row = isId(id) ? await tx.apiKey.findFirst({ where: { id, orgId: scope.orgId, ...seen } }) : null;
  if (!row) throw notFound('API key', id);
  const mine = keysOf(scope.access, 'manage:api_keys');
  if (mine.userId && mine.userId !== row.userId)
    throw new AppError('forbidden', 'This key belongs to another user; that needs the permission manage:api_keys', {
      permission: 'manage:api_keys',
    });
  if (row.revokedAt) throw invalidState('API key', 'revoked', ['active']);
  return row;
}

const isOwn = (scope: OrgScope, row: ApiKey): boolean =>
  scope.access.sessionId !== null && row.userId === scope.access.userId;

export async function updateApiKey(app: App, scope: OrgScope, id: string, given: unknown): Promise<KeyRow> {
  const input = parse(updateInput, given);
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await changeable(tx, scope, id);
    const after = {
      ...before,
      permissions: input.permissions ?? before.permissions,
      allowedIps: input.allowedIps ?? before.allowedIps,
    };
    const added = [...expand(after.permissions)].filter((permission) => !expand(before.permissions).has(permission));
    if (!isOwn(scope, before)) {
      requireHeldEverywhere(scope.access, before);
      // It speaks for its maker, who alone gives it more.
      if (added.length > 0)
        throw new AppError('forbidden', `Only the creator of the key can add permissions: ${added.join(', ')}`, {
          added,
        });
    } else if (added.length > 0)
      await requireHeldByMaker(tx, scope.orgId, scope.access, { ...after, permissions: added });
    await requireWithinKey(tx, scope.access, after);
    const row = await tx.apiKey.update({
      where: { id },
      data: { name: input.name ?? before.name, permissions: after.permissions, allowedIps: after.allowedIps },
    });
    await record({
      action: 'api_key.updated',
      resourceType: 'api_key',
      resourceId: id,
      resourceName: row.name,
      before: shown(before),
      after: shown(row),
    });
    await notify(tx, [`access:${id}`]);
    return row;
  });
}

/** The new secret acts for the key's maker: nobody else is given it, or their access would outlive their membership. */
function requireMaker(scope: OrgScope, row: ApiKey): void {
  if (row.userId === scope.access.userId) return;
  const advice = 'ask the creator, or revoke it and create your own key';
  throw new AppError('forbidden', `Only the creator of the key can rotate it; ${advice}`, { constraint: 'maker' });
}

/** Gives the key a new secret; the old one works on for the overlap. */
export async function rotateApiKey(app: App, scope: OrgScope, id: string, overlapHours: number): Promise<KeyRow> {
  const hours = parse(rotateInput, { overlapHours }).overlapHours;
  const { key, prefix, hash } = newApiKey();
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await changeable(tx, scope, id);
    requireMaker(scope, before);
    if (keyStatusOf(before) === 'expired') throw invalidState('API key', 'expired', ['active']);
    if (!isOwn(scope, before)) requireHeldEverywhere(scope.access, before);
    await requireWithinKey(tx, scope.access, before);
    const overlapEnd = hours > 0 ? new Date(Date.now() + hours * 3600_000) : null;
    const row = await tx.apiKey.update({
      where: { id },
      data: { hash, prefix, previousHash: overlapEnd ? before.hash : null, previousExpiresAt: overlapEnd },
    });
    await record({
      action: 'api_key.rotated',
      resourceType: 'api_key',
      resourceId: id,
      resourceName: row.name,
      before: { prefix: before.prefix },
      after: { prefix, overlapHours: hours },
    });
    await notify(tx, [`access:${id}`]);
    return { ...row, key };
  });
}

/** Ends the key with all its secrets: refused from the next request on, its sockets closed. */
export async function revokeApiKey(app: App, scope: OrgScope, id: string): Promise<KeyRow> {
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await changeable(tx, scope, id);
    const row = await tx.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    await record({
      action: 'api_key.revoked',
      resourceType: 'api_key',
      resourceId: id,
      resourceName: row.name,
      before: shown(before),
    });
    await notify(tx, [`access:${id}`]);
    return row;
  });
}
