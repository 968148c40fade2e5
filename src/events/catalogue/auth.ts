import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

/** Of a person's own account, which belongs to no organization. */
const event = eventsFor(null);
const sessionsEnded = z.strictObject({ sessionsEnded: z.int() });
const provider = z.strictObject({ provider: z.string().describe('github or google.') });
const passkey = z.strictObject({ passkey: z.string().describe('The name of the device.') });
const emails = z.strictObject({ oldEmail: z.string(), newEmail: z.string() });
const change = z.strictObject({ from: z.string().nullable(), to: z.string().nullable() });
const sshKey = z.strictObject({ label: z.string(), fingerprint: z.string() });
const session = z.string().describe('The session of the administrator in the name of the person.');
const sessionExample = '0197a1f3-4d5e-7f60-9b7c-8d9e0f1a2b3c';
const fingerprint = 'SHA256:FylsK2MLk7yqPzqk4l6vYx0m1cJ8m9h0bXo2nS3tUvW';

export const authEvents = {
  'auth.signup': event('Somebody signed up.'),
  'auth.login': event(
    'Somebody signed in.',
    z.strictObject({
      method: z.string().describe('password, passkey, github or google.'),
      secondFactor: z.string().exactOptional(),
      passkey: z.string().exactOptional(),
    }),
    { method: 'password', secondFactor: 'totp' },
  ),
  'auth.login_failed': event('A sign-in failed.', z.strictObject({ reason: z.string() }), { reason: 'password' }),
  'auth.logout': event('Somebody signed out.'),
  'auth.refresh_reused': event('A used refresh token was sent again; the session was ended.'),
  'auth.session_ended': event('Somebody ended one of their sessions.', z.strictObject({ session: z.string() }), {
    session: '0197a1f3-4d5e-7f60-9b7c-8d9e0f1a2b3c',
  }),
  'auth.other_sessions_ended': event('Somebody ended all their other sessions.', z.strictObject({ ended: z.int() }), {
    ended: 3,
  }),
  'auth.password_changed': event('A password was changed.', sessionsEnded, { sessionsEnded: 2 }),
  'auth.password_reset_requested': event('A link to reset a password was requested.'),
  'auth.password_reset': event('A password was reset by e-mail.', sessionsEnded, { sessionsEnded: 2 }),
  'auth.password_check_failed': event('A wrong password was given to confirm an action.'),
  'auth.code_check_failed': event('A wrong code was given to confirm an action.'),
  'auth.totp_enabled': event('Codes of an app were switched on as the second factor.'),
  'auth.totp_disabled': event('Codes of an app were switched off.'),
  'auth.recovery_codes_renewed': event('New recovery codes were made.'),
  'auth.passkey_registered': event('A passkey was added.', passkey, { passkey: 'Ada’s phone' }),
  'auth.passkey_renamed': event('A passkey was renamed.', passkey.extend({ before: z.string() }), {
    before: 'Phone',
    passkey: 'Ada’s phone',
  }),
  'auth.passkey_removed': event('A passkey was removed.', passkey, { passkey: 'Ada’s phone' }),
  'auth.ssh_key_added': event('An SSH key was added.', sshKey, { label: 'Laptop', fingerprint }),
  'auth.ssh_key_renamed': event('An SSH key was renamed.', sshKey.extend({ before: z.string() }), {
    before: 'Laptop',
    label: 'Old laptop',
    fingerprint,
  }),
  'auth.ssh_key_removed': event('An SSH key was removed.', sshKey, { label: 'Laptop', fingerprint }),
  'auth.ssh_keys_imported': event(
    'SSH keys of a GitHub user were added.',
    z.strictObject({ github: z.string(), fingerprints: z.array(z.string()) }),
    { github: 'ada', fingerprints: [fingerprint] },
  ),
  'auth.email_verified': event('An e-mail address was confirmed.'),
  'auth.email_change_requested': event(
    'Another e-mail address was requested.',
    z.strictObject({ newEmail: z.string() }),
    { newEmail: 'ada@new.example' },
  ),
  'auth.email_changed': event('The e-mail address was changed.', emails, {
    oldEmail: 'ada@example.com',
    newEmail: 'ada@new.example',
  }),
  'auth.email_change_undone': event('The change of the e-mail address was undone from the old one.', emails, {
    oldEmail: 'ada@example.com',
    newEmail: 'ada@new.example',
  }),
  'auth.profile_updated': event(
    'The name or the picture of a person was changed.',
    z.strictObject({ name: change, avatarUrl: change }),
    { name: { from: 'Ada', to: 'Ada Lovelace' }, avatarUrl: { from: null, to: null } },
  ),
  'auth.account_linked': event('An account of GitHub or Google was connected.', provider, { provider: 'github' }),
  'auth.account_unlinked': event('An account of GitHub or Google was disconnected.', provider, { provider: 'github' }),
  'auth.impersonation_started': event(
    'An administrator began to work on behalf of a person, who was told by e-mail.',
    z.strictObject({ session, reason: z.string(), expiresAt: z.iso.datetime() }),
    { session: sessionExample, reason: 'Ticket 4711: the invoice', expiresAt: '2026-12-01T09:30:00.000Z' },
  ),
  'auth.impersonation_ended': event(
    'An administrator no longer works on behalf of a person.',
    z.strictObject({ session }),
    { session: sessionExample },
  ),
  'auth.account_deleted': event('A person deleted the account.', z.strictObject({ name: z.string() }), {
    name: 'Ada Lovelace',
  }),
} satisfies Record<`auth.${string}`, EventType>;
