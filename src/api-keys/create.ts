import { z } from 'zod';
import { newApiKey } from '../access/api-key.ts';
import { organizationDeactivated } from '../access/deactivated.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError, found, invalidState } from '../errors.ts';
import { canonicalId, newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { keysOf, requireHeldByMaker, requireWithinKey } from './limits.ts';
import { allowedIps, name, permissions } from './fields.ts';
import { type KeyRow, shown } from './rows.ts';

export const createInput = z.object({
  name,
  permissions,
  projectIds: z.array(z.string().transform(canonicalId)).min(1).max(100).nullish(),
  allowedIps: allowedIps.nullish(),
  expiresAt: z
    .date()
    .refine((value) => value > new Date(), { message: 'must be in the future', params: { constraint: 'future' } })
    .nullish(),
});

/** Whoever removes the member meanwhile waits, and revokes this key with the others. */
async function requireStillMember(tx: Tx, orgId: string, userId: string): Promise<void> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM memberships WHERE org_id = ${orgId}::uuid AND user_id = ${userId}::uuid FOR SHARE`;
  if (rows.length === 0) throw new AppError('forbidden', 'You are no longer a member of this organization');
  const row = await tx.organization.findFirst({ where: { id: orgId }, select: { status: true, slug: true } });
  const organization = found(row, 'organization', orgId);
  if (organization.status === 'deactivated') throw organizationDeactivated(organization);
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
      resource: 'api_key',
      resourceId: row.id,
      resourceName: row.name,
      after: shown(row),
    });
    return { ...row, key };
  });
}
