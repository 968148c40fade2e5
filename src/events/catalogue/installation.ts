import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

/** Of the installation, which its administrator sees. */
const event = eventsFor(null);
const file = z.string().describe('The name of the file.');
const destination = z.string().describe('Where it is, without secrets.');

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
  'system.backup_completed': event(
    'A backup of the installation itself was written and read back.',
    z.strictObject({ file, destination, sizeBytes: z.int() }),
    { file: 'ocore-20261127T023000Z-0197a1ec.age', destination: '/var/backups/ocore', sizeBytes: 10485760 },
  ),
  'system.backup_failed': event(
    'A backup of the installation itself was not made.',
    z.strictObject({ file, destination, reason: z.string() }),
    {
      file: 'ocore-20261127T023000Z-0197a1ec.age',
      destination: '/var/backups/ocore',
      reason: 'ENOSPC: no space left on device, write',
    },
  ),
  'system.restored': event(
    'The installation was restored from a backup of itself.',
    z.strictObject({
      madeAt: z.iso.datetime().describe('When the backup was made.'),
      operations: z.int().describe('Operations that were under way then, and end without being repeated.'),
    }),
    { madeAt: '2026-11-27T02:30:00.000Z', operations: 1 },
  ),
} satisfies Record<string, EventType>;
