import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

/** Of the installation, which its administrator sees. */
const event = eventsFor(null);

export const installationEvents = {
  'admin.settings_updated': event(
    'The settings of the installation were changed.',
    z.strictObject({
      signupOpen: z.boolean(),
      signupOpenIsSet: z.boolean().describe('Whether the administrator decided it, not the configuration.'),
    }),
    { signupOpen: false, signupOpenIsSet: true },
  ),
  'user.created': event('The administrator created an account.'),
  'user.deactivated': event('The administrator deactivated an account.'),
  'user.reactivated': event('The administrator reactivated an account.'),
  'user.made_admin': event('Somebody became an administrator of the installation.'),
  'user.unmade_admin': event('Somebody is no longer an administrator of the installation.'),
  'user.sessions_ended': event('The administrator ended all sessions of an account.'),
  'mail.failed': event(
    'An e-mail could not be sent.',
    z.strictObject({ subject: z.string(), attempts: z.int(), reason: z.string() }),
    { subject: 'Your invitation to Acme', attempts: 10, reason: 'connect ECONNREFUSED' },
  ),
} satisfies Record<string, EventType>;
