import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

/** Of the installation, which its administrator sees. */
const event = eventsFor(null);
const file = z.string().describe('The name of the file.');
const destination = z.string().describe('Where it is, without secrets.');

const text = z.string().nullable();
const number = z.int().nullable();
const settings = z.strictObject({
  signupOpen: z.boolean(),
  signupOpenIsSet: z.boolean().describe('Whether the administrator decided it, not the configuration.'),
  smtpHost: text,
  smtpPort: number,
  smtpTls: text,
  smtpUser: text,
  smtpPasswordIsSet: z.boolean(),
  smtpPasswordChanged: z.literal(true).exactOptional(),
  smtpFrom: text,
  maxServers: number,
  maxInstances: number,
  maxMembers: number,
  maxProjects: number,
  auditRetentionDays: z.int(),
  operationLogRetentionDays: z.int(),
  brandName: z.string(),
  brandLogoUrl: text,
  maintenance: z.boolean(),
  maintenanceMessage: text,
  sshNetworks: z.array(z.string()),
});

export const installationEvents = {
  'admin.settings_updated': event('The settings of the installation were changed.', settings, {
    signupOpen: false,
    signupOpenIsSet: true,
    smtpHost: 'mail.example.com',
    smtpPort: 587,
    smtpTls: 'starttls',
    smtpUser: 'ocore',
    smtpPasswordIsSet: true,
    smtpFrom: 'oCore <ocore@example.com>',
    maxServers: null,
    maxInstances: 20,
    maxMembers: null,
    maxProjects: null,
    auditRetentionDays: 365,
    operationLogRetentionDays: 90,
    brandName: 'oCore',
    brandLogoUrl: null,
    maintenance: false,
    maintenanceMessage: null,
    sshNetworks: [],
  }),
  'admin.test_mail_sent': event(
    'The administrator had a test message sent.',
    z.strictObject({ error: z.string().nullable().describe('Why it was not sent; null when it was.') }),
    { error: null },
  ),
  'user.created': event('The administrator created an account.'),
  'user.deactivated': event('The administrator deactivated an account.'),
  'user.reactivated': event('The administrator reactivated an account.'),
  'user.made_admin': event('Somebody became an administrator of the installation.'),
  'user.unmade_admin': event('Somebody is no longer an administrator of the installation.'),
  'user.sessions_ended': event('The administrator ended all sessions of an account.'),
  'user.session_ended': event(
    'The administrator ended a session of an account.',
    z.strictObject({ session: z.string() }),
    { session: '0197a1f3-4d5e-7f60-9b7c-8d9e0f1a2b3c' },
  ),
  'user.second_factor_reset': event(
    'The administrator took the second factor from an account whose person lost it.',
    z.strictObject({ totp: z.boolean(), passkeys: z.int(), sessionsEnded: z.int() }),
    { totp: true, passkeys: 0, sessionsEnded: 1 },
  ),
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
