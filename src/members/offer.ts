import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import type { Client } from '../access/client.ts';
import { countingTokens, hashToken } from '../identity/index.ts';
import { type InvitationStatus, statusOf } from './invitations.ts';
import { type InviteLinkStatus, linkStatusOf } from './invite-links.ts';

/** What whoever holds an invitation or a link may know of it before they join. */
export interface Offer {
  organization: { name: string; slug: string };
  role: string;
  /** The name of who invites; null after that person has left. */
  invitedBy: string | null;
  status: InvitationStatus | InviteLinkStatus;
  /** The invited address and whether it has an account; null for a link, with which anyone joins. */
  invited: { email: string; hasAccount: boolean } | null;
  /** Whether the person who asks is a member already. */
  isMember: boolean;
}

async function placeOf(tx: Tx, orgId: string, byId: string | null, userId: string | null) {
  const organization = await tx.organization.findUnique({ where: { id: orgId }, select: { name: true, slug: true } });
  if (!organization) throw new AppError('not_found', 'The organization no longer exists', { resource: 'organization' });
  const inviter = byId
    ? await tx.user.findFirst({ where: { id: byId, memberships: { some: { orgId } } }, select: { name: true } })
    : null;
  const isMember = userId !== null && (await tx.membership.count({ where: { orgId, userId } })) > 0;
  return { organization, invitedBy: inviter?.name ?? null, isMember };
}

/** The invitation of this token. Whoever has it reads the e-mails of the address, so it may also be said whether that has an account. */
export function invitationOffer(app: App, client: Client, token: string, userId: string | null): Promise<Offer> {
  return countingTokens(app, client, () =>
    app.db.prisma.$transaction(async (tx) => {
      const row = await tx.invitation.findUnique({ where: { tokenHash: hashToken(token) }, include: { role: true } });
      if (!row)
        throw new AppError('not_found', 'The invitation is not valid: only the link in the latest e-mail works', {
          resource: 'invitation',
        });
      const hasAccount = (await tx.user.count({ where: { email: row.email } })) > 0;
      return {
        ...(await placeOf(tx, row.orgId, row.invitedById, userId)),
        role: row.role.name,
        status: statusOf(row),
        invited: { email: row.email, hasAccount },
      };
    }),
  );
}

export function inviteLinkOffer(app: App, client: Client, code: string, userId: string | null): Promise<Offer> {
  return countingTokens(app, client, () =>
    app.db.prisma.$transaction(async (tx) => {
      const row = await tx.inviteLink.findUnique({ where: { codeHash: hashToken(code) }, include: { role: true } });
      if (!row) throw new AppError('not_found', 'The link is not valid', { resource: 'invite link' });
      return {
        ...(await placeOf(tx, row.orgId, row.createdById, userId)),
        role: row.role.name,
        status: linkStatusOf(row),
        invited: null,
      };
    }),
  );
}
