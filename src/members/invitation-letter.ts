import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { nameInMail } from '../mail/index.ts';

/** Names are told apart from our own words, in the subject above all: an invitation must not be able to pose as a notice of ours. */
export function letter(
  app: App,
  scope: OrgScope,
  invitation: { email: string; expiresAt: Date },
  roleName: string,
  token: string,
) {
  return {
    to: invitation.email,
    subject: 'Invitation to an organization on oCore',
    text: [
      'You are invited to join an organization on oCore.',
      '',
      `Organization: ${nameInMail(scope.access.org?.name ?? '')}`,
      `Invited by:   ${nameInMail(scope.actor.name)}`,
      `Role:         ${nameInMail(roleName)}`,
      '',
      'The names in quotation marks were chosen by members of the organization and are not messages from oCore.',
      '',
      `Accept until ${invitation.expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC:`,
      `${app.config.APP_URL}/accept-invitation?token=${token}`,
      '',
      `The invitation is for ${invitation.email} only: sign in or sign up with this address.`,
      'If you did not expect this invitation, ignore this e-mail.',
    ].join('\n'),
  };
}

/** Limits the e-mails to one mailbox from all organizations, and the invitations of one person. */
export async function countLetter(app: App, scope: OrgScope, email: string): Promise<void> {
  await app.limits.countAttempt('mail', 'invitation', email);
  await app.limits.countAttempt('invitation', scope.access.userId);
}
