import { z } from 'zod';
import type { User } from '../../prisma/generated/client/client.ts';
import type { Access } from '../access/access.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { eraseOrganization, organizationPlace } from '../orgs/index.ts';
import { parse } from '../parse.ts';
import type { Client } from '../access/client.ts';
import { accountIn, emailSchema, notifyAccount, recordAccountFact, requireRecent } from '../identity/index.ts';

export const input = z.object({ confirmEmail: emailSchema, password: z.string().max(256).nullish() });

/** An organization that would be left without an Owner. */
interface Blocker {
  slug: string;
  name: string;
  otherMembers: number;
  living: { type: string; count: number }[];
}

const ownerRole = { role: { isSystem: true, name: 'Owner' } };

/** Leaves one organization, or returns what prevents it. An organization that becomes empty is deleted. */
async function leave(
  app: App,
  tx: Tx,
  user: User,
  client: Client,
  org: { id: string; slug: string; name: string },
): Promise<Blocker | undefined> {
  const scope = { orgId: org.id, actor: { type: 'user' as const, id: user.id, name: user.name }, ...client };
  const others = { orgId: org.id, userId: { not: user.id } };
  const isOwner = (await tx.membership.count({ where: { orgId: org.id, userId: user.id, ...ownerRole } })) > 0;
  if (
    isOwner &&
    (await tx.membership.count({ where: { ...others, user: { deactivatedAt: null }, ...ownerRole } })) === 0
  ) {
    const otherMembers = await tx.membership.count({ where: others });
    const living = await app.holdings.living(tx, organizationPlace(org.id));
    if (otherMembers > 0 || living.length > 0)
      return {
        slug: org.slug,
        name: org.name,
        otherMembers,
        living: living.map(({ type, count }) => ({ type, count })),
      };
    await eraseOrganization(app, tx, scope);
    return undefined;
  }
  await recordFact(tx, scope, {
    action: 'member.left',
    resource: 'member',
    resourceId: user.id,
    resourceName: user.name,
    after: { revokedApiKeys: await tx.apiKey.count({ where: { orgId: org.id, userId: user.id, revokedAt: null } }) },
  });
  return undefined;
}

/** Deletes the account with everything that belongs to the person alone. What the person did stays in the audit log, with the name. */
export async function deleteAccount(app: App, access: Access, client: Client, given: unknown): Promise<void> {
  const { confirmEmail, password } = parse(input, given);
  const { id, email } = await requireRecent(app, access, client, { password });
  if (confirmEmail !== email)
    throw new AppError('validation_error', 'confirmEmail must be the e-mail address of your account', {
      field: 'confirmEmail',
      constraint: 'equal',
    });
  await app.db.prisma.$transaction(async (tx) => {
    // Of two Owners who leave at the same time, the second must see that the first has left.
    const orgs = await tx.$queryRaw<{ id: string; slug: string; name: string }[]>`
      SELECT id, slug, name FROM organizations WHERE id IN (SELECT org_id FROM memberships WHERE user_id = ${id}::uuid) ORDER BY id FOR UPDATE`;
    const user = await accountIn(tx, id);
    const apiKeys = await tx.apiKey.findMany({ where: { userId: id }, select: { id: true } });
    const blockers: Blocker[] = [];
    for (const org of orgs) {
      const blocker = await leave(app, tx, user, client, org);
      if (blocker) blockers.push(blocker);
    }
    if (blockers.length > 0) {
      throw new AppError(
        'conflict',
        `You are the last Owner of ${blockers.map((blocker) => blocker.name).join(', ')}: make another member an Owner, or delete the resources there`,
        { constraint: 'last_owner', organizations: blockers },
      );
    }
    const admins = await tx.$queryRaw<
      { id: string }[]
    >`SELECT id FROM users WHERE is_admin AND deactivated_at IS NULL ORDER BY id FOR UPDATE`;
    if (
      admins.some((row) => row.id === id) &&
      admins.length === 1 &&
      (await tx.user.count({ where: { id: { not: id } }, take: 1 })) > 0
    ) {
      throw new AppError(
        'conflict',
        'You are the last administrator of this installation; make another account an administrator first',
        { constraint: 'last_admin' },
      );
    }
    await recordAccountFact(tx, client, 'auth.account_deleted', user, { name: user.name });
    await notifyAccount(tx, app, user, client, 'Your account was deleted');
    await tx.user.delete({ where: { id } });
    await notify(
      tx,
      [id, ...apiKeys.map((key) => key.id)].map((subject) => `access:${subject}` as const),
    );
  });
}
