import type { Config } from '../config.ts';
import type { Letter } from '../mail/index.ts';
import type { Client } from '../access/client.ts';
import { deviceName } from './device-name.ts';

/** `<APP_URL>/<page>?token=…`: a page of oCore, or of a front end at this address. */
export function pageLink(config: Pick<Config, 'APP_URL'>, page: string, token?: string): string {
  const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`;
  return `${config.APP_URL.replace(/\/$/, '')}/${page}${query}`;
}

/** Where a new password is asked for. */
export const forgotLink = (config: Pick<Config, 'APP_URL'>): string => pageLink(config, 'forgot-password');

/** Who asked, for notices: the person can tell whether it was they. */
function asked(client: Client): string {
  return `Requested on ${new Date().toISOString().slice(0, 16).replace('T', ' at ')} UTC from ${client.ipAddress ?? 'an unknown address'} with ${deviceName(client.userAgent)}.`;
}

const body = (...paragraphs: string[]): string => `${paragraphs.join('\n\n')}\n`;
/** What a notice advises: `forgot` is the page for it. */
export const notYou = (forgot: string): string =>
  `If this was not you, set a new password at once, which ends all sessions:\n\n${forgot}`;

const signUpSubject = 'Your sign-up for oCore';

export const letters = {
  confirmSignUp: (to: string, link: string, client: Client): Letter => ({
    to,
    subject: signUpSubject,
    text: body(
      'Someone requested an oCore account with this e-mail address. To create it, open this page and set a password:',
      link,
      'The link can be used once, within one day. If you did not request it, ignore this e-mail. No account was created.',
      asked(client),
    ),
  }),
  accountExists: (to: string, appUrl: string, forgot: string, client: Client): Letter => ({
    to,
    subject: signUpSubject,
    text: body(
      'Someone tried to sign up for oCore with this e-mail address. It already has an account, and nothing was changed. Sign in:',
      appUrl,
      'If you forgot your password, set a new one:',
      forgot,
      asked(client),
    ),
  }),
  impersonated: (to: string, administrator: string, until: string, reason: string): Letter => ({
    to,
    subject: 'oCore: An administrator works in your account',
    text: body(
      `An administrator of this installation, ${administrator}, works in your account on your behalf until ${until}.`,
      `Reason: ${reason}`,
      'Your password, your second factor, your e-mail address and your API keys cannot be changed that way. Everything that is done is in the audit log of your organization, with the name of the administrator. You can end it at any time among your sessions.',
    ),
  }),
  verify: (to: string, link: string): Letter => ({
    to,
    subject: 'Verify your e-mail address for oCore',
    text: body(
      'Welcome to oCore. Please verify that this e-mail address is yours:',
      link,
      'The link is valid for three days. If you did not sign up, ignore this e-mail.',
    ),
  }),
  reset: (to: string, link: string, client: Client): Letter => ({
    to,
    subject: 'Set a new password for oCore',
    text: body(
      'Someone requested a new password for your oCore account:',
      link,
      'The link can be used once, within one hour. If you did not request it, ignore this e-mail. Your password stays the same.',
      asked(client),
    ),
  }),
  passwordChanged: (to: string, forgot: string, client: Client): Letter => ({
    to,
    subject: 'Your oCore password was changed',
    text: body('The password of your oCore account was changed.', asked(client), notYou(forgot)),
  }),
  confirmNewEmail: (to: string, link: string, client: Client): Letter => ({
    to,
    subject: 'Confirm your new e-mail address for oCore',
    text: body(
      'Confirm this e-mail address for your oCore account:',
      link,
      'The link is valid for one day.',
      asked(client),
    ),
  }),
  emailTaken: (to: string, client: Client): Letter => ({
    to,
    subject: 'Your e-mail address and oCore',
    text: body(
      'Someone tried to use this e-mail address for another oCore account. It already has its own account, so nothing was changed.',
      asked(client),
    ),
  }),
  emailChangeAsked: (to: string, newEmail: string, forgot: string, client: Client): Letter => ({
    to,
    subject: 'Your oCore e-mail address is about to change',
    text: body(`After confirmation, your oCore account will use ${newEmail}.`, asked(client), notYou(forgot)),
  }),
  emailChanged: (to: string, newEmail: string, undo: string, client: Client): Letter => ({
    to,
    subject: 'Your oCore e-mail address was changed',
    text: body(
      `Your oCore account now uses ${newEmail}.`,
      'If this was not you, undo the change within seven days. This also ends all sessions and removes the password, connected accounts, ' +
        'SSH keys and API keys, and all passkeys and two-factor authentication that were added after the change was requested:',
      undo,
      asked(client),
    ),
  }),
  accountLinked: (to: string, provider: string, forgot: string, client: Client): Letter => ({
    to,
    subject: `${provider} was connected to your oCore account`,
    text: body(`You can now sign in to your oCore account with ${provider}.`, asked(client), notYou(forgot)),
  }),
  accountUnlinked: (to: string, provider: string, forgot: string, client: Client): Letter => ({
    to,
    subject: `${provider} was disconnected from your oCore account`,
    text: body(`You can no longer sign in to your oCore account with ${provider}.`, asked(client), notYou(forgot)),
  }),
};
