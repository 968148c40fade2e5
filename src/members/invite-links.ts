import { z } from 'zod';
import type { InviteLink, Organization } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import { isOwnerRole, requireMayGrant } from '../access/bounds.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { accountIn, hashToken } from '../identity/index.ts';
import { isId, newId } from '../ids.ts';
import { page, type PageArgs, foundById, wholeRows } from '../lists.ts';
import type { Client } from '../access/client.ts';
import { parse } from '../parse.ts';
import { expiresInDays } from './invite.ts';
import { join } from './join.ts';
import { oneRole, roleFields, roleIn } from './role-input.ts';
import { hasRole } from './rows.ts';
import { newToken } from './tokens.ts';

export const createInput = z
  .object({
    ...roleFields,
    maxUses: z.number().int().min(0).max(10_000).nullish(),
    expiresInDays: expiresInDays.nullish(),
  })
  .superRefine(oneRole);

export type InviteLinkStatus = 'active' | 'used_up' | 'expired' | 'revoked';

export function linkStatusOf(link: InviteLink): InviteLinkStatus {
  if (link.revokedAt) return 'revoked';
  if (link.expiresAt <= new Date()) return 'expired';
  return link.maxUses > 0 && link.useCount >= link.maxUses ? 'used_up' : 'active';
}

export function listInviteLinks(scope: OrgScope, args: PageArgs) {
  const where = { orgId: scope.orgId };
  const found = page(`invite links of ${scope.orgId}`, args, {
    find: (seek) => scope.db.inviteLink.findMany({ ...foundById(where, seek), include: { role: true } }),
    count: () => scope.db.inviteLink.count({ where }),
  });
  return wholeRows(found, hasRole);
}

export async function getInviteLink(scope: OrgScope, id: string) {
  const link = isId(id)
    ? await scope.db.inviteLink.findFirst({ where: { id, orgId: scope.orgId }, include: { role: true } })
    : null;
  if (!link || !hasRole(link)) throw notFound('invite link', id);
  return link;
}

/** Makes a link by which people can join. Its code is given now and never again. */
export async function createInviteLink(app: App, scope: OrgScope, given: unknown) {
  const input = parse(createInput, given);
  const { token: code, hash } = newToken('ocore_j_');
  return mutate(app, scope, async ({ tx, record }) => {
    const role = await roleIn(tx, scope, input);
    // A link can be passed on; ownership is given to a person.
    if (isOwnerRole(role))
      throw new AppError('unprocessable', 'An invite link cannot grant the role Owner; invite the person by e-mail', {
        field: input.role ? 'role' : 'roleId',
        constraint: 'owner',
      });
    requireMayGrant(scope.access, role);
    const link = await tx.inviteLink.create({
      data: {
        id: newId(),
        orgId: scope.orgId,
        roleId: role.id,
        codeHash: hash,
        maxUses: input.maxUses ?? 0,
        createdById: scope.access.userId,
        expiresAt: new Date(Date.now() + (input.expiresInDays ?? 7) * 86400_000),
      },
      include: { role: true },
    });
    await record({
      action: 'member.invite_link_created',
      resource: 'invite_link',
      resourceId: link.id,
      resourceName: role.name,
      after: { role: role.name, maxUses: link.maxUses, expiresAt: link.expiresAt.toISOString() },
    });
    return { ...link, code, url: `${app.config.APP_URL}/accept-invitation?code=${code}` };
  });
}

export async function revokeInviteLink(app: App, scope: OrgScope, id: string) {
  return mutate(app, scope, async ({ tx, record }) => {
    const before = isId(id)
      ? await tx.inviteLink.findFirst({ where: { id, orgId: scope.orgId }, include: { role: true } })
      : null;
    if (!before) throw notFound('invite link', id);
    const revokedAt = new Date();
    const changed = await tx.inviteLink.updateMany({ where: { id, revokedAt: null }, data: { revokedAt } });
    if (changed.count === 0) throw invalidState('invite link', 'revoked', ['active']);
    await record({
      action: 'member.invite_link_revoked',
      resource: 'invite_link',
      resourceId: id,
      resourceName: before.role.name,
      before: { useCount: before.useCount },
    });
    return { ...before, revokedAt };
  });
}

export const acceptInput = z.object({ code: z.string().max(200) });

export async function acceptInviteLink(app: App, access: Access, client: Client, given: string): Promise<Organization> {
  const { code } = parse(acceptInput, { code: given });
  const { userId } = requirePerson(access);
  const attempt = await app.limits.countAttempt('token', client.ipAddress);
  const organization = await app.db.prisma.$transaction(async (tx) => {
    const user = await accountIn(tx, userId);
    const link = await tx.inviteLink.findUnique({ where: { codeHash: hashToken(code) }, include: { role: true } });
    if (!link) throw new AppError('not_found', 'The link is not valid', { resource: 'invite link' });
    // Counted in the same statement that checks, so the last use is one person's.
    const used =
      await tx.$executeRaw`UPDATE invite_links SET use_count = use_count + 1 WHERE id = ${link.id}::uuid AND revoked_at IS NULL AND expires_at > now() AND (max_uses = 0 OR use_count < max_uses)`;
    if (used === 0)
      throw new AppError(
        'invalid_state',
        'The link has expired, was revoked or has reached its maximum number of uses; ask for a new one',
        {
          resource: 'invite link',
          state: linkStatusOf(link) === 'active' ? 'used_up' : linkStatusOf(link),
          allowed: ['active'],
        },
      );
    return join(tx, app, client, user, {
      orgId: link.orgId,
      role: link.role,
      projectIds: [],
      byId: link.createdById,
      through: { inviteLink: link.id },
    });
  });
  await attempt.forgive();
  return organization;
}
