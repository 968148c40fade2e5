import { requireMayGrant } from '../access/bounds.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { invalidState } from '../errors.ts';
import { queueMail } from '../mail/index.ts';
import { newToken } from './tokens.ts';
import { countLetter, letter } from './invitation-letter.ts';
import { invitationIn, statusOf } from './invitations.ts';

/** Sends the invitation once more with a new token and the whole time again; the token of the e-mail before is void. */
export async function resendInvitation(app: App, scope: OrgScope, id: string) {
  const { token, hash } = newToken('ocore_i_');
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await invitationIn(tx, scope, id);
    requireMayGrant(scope.access, before.role);
    await countLetter(app, scope, before.email);
    const expiresAt = new Date(Date.now() + (before.expiresAt.getTime() - before.sentAt.getTime()));
    const changed = await tx.invitation.updateMany({
      where: { id, acceptedAt: null, cancelledAt: null },
      data: { tokenHash: hash, sentAt: new Date(), expiresAt, invitedById: scope.access.userId },
    });
    if (changed.count === 0) throw invalidState('invitation', statusOf(before), ['pending', 'expired']);
    await queueMail(tx, app.secrets, letter(app, scope, { email: before.email, expiresAt }, before.role.name, token));
    await record({
      action: 'member.invitation_resent',
      resource: 'invitation',
      resourceId: id,
      resourceName: before.email,
      after: { expiresAt: expiresAt.toISOString() },
    });
    return invitationIn(tx, scope, id);
  });
}
