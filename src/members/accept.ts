import { z } from 'zod';
import type { Organization } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import type { Client } from '../access/client.ts';
import { accountIn, hashToken } from '../identity/index.ts';
import { parse } from '../parse.ts';
import { statusOf } from './invitations.ts';
import { join, type Newcomer } from './join.ts';

/**
 * The open invitation of this token for this address, or an error that says why not. Whoever has the token got the
 * e-mail, so the address is theirs: a sign-up with it need not verify the address again.
 */
export async function invitationForSignUp(tx: Tx, token: string, email: string) {
  const invitation = await tx.invitation.findUnique({
    where: { tokenHash: hashToken(token) },
    include: { role: true },
  });
  if (!invitation)
    throw new AppError('not_found', 'The invitation is not valid: only the token from the latest e-mail works', {
      resource: 'invitation',
    });
  const status = statusOf(invitation);
  if (status !== 'pending')
    throw new AppError('invalid_state', `The invitation is ${status}; ask for a new one`, {
      resource: 'invitation',
      state: status,
      allowed: ['pending'],
    });
  if (invitation.email !== email.toLowerCase())
    throw new AppError(
      'forbidden',
      'The invitation is for another e-mail address; use the address that received the e-mail',
      { field: 'email', constraint: 'invited_address' },
    );
  return invitation;
}

/** Uses the invitation up: the person becomes a member. In the transaction that makes the account, where one is made. */
export async function joinByInvitation(
  tx: Tx,
  app: App,
  client: Client,
  invitation: Awaited<ReturnType<typeof invitationForSignUp>>,
  newcomer: Newcomer,
): Promise<Organization> {
  const taken = await tx.invitation.updateMany({
    where: { id: invitation.id, acceptedAt: null, cancelledAt: null, tokenHash: invitation.tokenHash },
    data: { acceptedAt: new Date() },
  });
  if (taken.count === 0)
    throw new AppError('conflict', 'The invitation has just been used or cancelled', { resource: 'invitation' });
  return join(tx, app, client, newcomer, {
    orgId: invitation.orgId,
    role: invitation.role,
    projectIds: invitation.projectIds,
    byId: invitation.invitedById,
    through: { invitation: invitation.id },
  });
}

export const acceptInput = z.object({ token: z.string().max(200) });

export async function acceptInvitation(app: App, access: Access, client: Client, given: string): Promise<Organization> {
  const { token } = parse(acceptInput, { token: given });
  const { userId } = requirePerson(access);
  const attempt = await app.limits.countAttempt('token', client.ipAddress);
  const organization = await app.db.prisma.$transaction(async (tx) => {
    const user = await accountIn(tx, userId);
    const invitation = await invitationForSignUp(tx, token, user.email);
    if (!user.emailVerifiedAt) await tx.user.update({ where: { id: userId }, data: { emailVerifiedAt: new Date() } });
    return joinByInvitation(tx, app, client, invitation, user);
  });
  await attempt.forgive();
  return organization;
}
