import { z } from 'zod';
import { type EventType, eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:instances');
const requested = z.strictObject({
  status: z.string().describe('The status while the operation runs.'),
  force: z.literal(true).exactOptional().describe('Without contacting the server.'),
});
/** What stays on a server that was not contacted, for whoever removes it by hand. */
const left = z.strictObject({
  server: z.string(),
  host: z.string(),
  label: z.string(),
  containers: z.array(z.string()),
  network: z.string(),
  volumes: z.array(z.string()),
});
const configuration = z.strictObject({
  workers: z.int().nullable(),
  limitMemorySoft: z.int(),
  limitMemoryHard: z.int(),
  limitTimeCpu: z.int(),
  limitTimeReal: z.int(),
  maxCronThreads: z.int(),
  logLevel: z.string(),
  envVars: z.array(z.string()).describe('The names only.'),
  cpuLimit: z.number().nullable(),
  memoryLimit: z.int().nullable(),
  processLimit: z.int().nullable(),
  databaseCpuLimit: z.number().nullable(),
  databaseMemoryLimit: z.int().nullable(),
  databaseProcessLimit: z.int().nullable(),
  reason: z.string().nullable().describe('The code of the error; null without one.'),
});
const reason = statusAndReason.pick({ reason: true });
const configured = {
  workers: 2,
  limitMemorySoft: 2147483648,
  limitMemoryHard: 2684354560,
  limitTimeCpu: 600,
  limitTimeReal: 1200,
  maxCronThreads: 1,
  logLevel: 'info',
  envVars: ['SMTP_HOST'],
  cpuLimit: null,
  memoryLimit: null,
  processLimit: null,
  databaseCpuLimit: null,
  databaseMemoryLimit: null,
  databaseProcessLimit: null,
  reason: null,
};

export const instanceEvents = {
  'instance.created': event(
    'An instance was created. Its provisioning follows.',
    z.strictObject({ name: z.string(), slug: z.string(), serverId: z.string(), environmentId: z.string() }),
    {
      name: 'Production',
      slug: 'production',
      serverId: '0197a1ec-5d2b-7a3c-8e4f-1b2c3d4e5f60',
      environmentId: '0197a1ee-7f3c-7b4d-9f5a-2c3d4e5f6071',
    },
  ),
  'instance.updated': event(
    'Its name, its protection, or settings for its next start or provisioning were changed.',
    z.strictObject({
      name: z.string(),
      deletionProtected: z.boolean(),
      changed: z.array(z.string()).exactOptional().describe('The fields that are saved for later.'),
    }),
    { name: 'Production', deletionProtected: true },
  ),
  'instance.provision_requested': event('It is to be provisioned again.', requested, { status: 'provisioning' }),
  'instance.start_requested': event('Its start was requested.', requested, { status: 'restarting' }),
  'instance.started': event(
    'Odoo runs: it was provisioned or started, or the monitor found its lost containers again.',
    statusAndReason,
    { status: 'running', reason: null },
  ),
  'instance.stop_requested': event('Its stop was requested.', requested, { status: 'running' }),
  'instance.stopped': event('It was stopped.', statusAndReason, { status: 'stopped', reason: null }),
  'instance.restart_requested': event('Its restart was requested.', requested, { status: 'restarting' }),
  'instance.restarted': event('It was restarted.', statusAndReason, { status: 'running', reason: null }),
  'instance.configure_requested': event('New settings were requested, or its container is to be created again.'),
  'instance.configured': event('Odoo runs with the new settings.', configuration, configured),
  'instance.configure_failed': event('The new settings were not applied.', configuration, {
    ...configured,
    reason: 'odoo_unhealthy',
  }),
  'instance.error': event(
    'It did not start, stop or restart, was not provisioned or deleted, or the monitor found its containers gone.',
    statusAndReason,
    { status: 'failed', reason: 'container_stopped' },
  ),
  'instance.clone_requested': event(
    'It is to be replaced by a copy of another instance.',
    z.strictObject({ sourceInstanceId: z.string() }),
    { sourceInstanceId: '0197a1ec-5d2b-7a3c-8e4f-1b2c3d4e5f60' },
  ),
  'instance.cloned': event(
    'It runs as a neutralised copy of another instance.',
    z.strictObject({
      sourceInstanceId: z.string(),
      backupId: z.string().nullable().describe('The backup that it was restored from.'),
      includeFilestore: z.boolean(),
      mailCatcher: z.boolean(),
      anonymized: z.boolean(),
    }),
    {
      sourceInstanceId: '0197a1ec-5d2b-7a3c-8e4f-1b2c3d4e5f60',
      backupId: '0197a1f8-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
      includeFilestore: true,
      mailCatcher: true,
      anonymized: false,
    },
  ),
  'instance.clone_failed': event('It could not be made a copy of another instance. No copy runs.', reason, {
    reason: 'not_neutralized',
  }),
  'instance.caught_mails_deleted': event(
    'E-mails were deleted from its mail catcher.',
    z.strictObject({ deleted: z.int() }),
    { deleted: 3 },
  ),
  'instance.deletion_requested': event('Its deletion was requested.', requested, { status: 'removing' }),
  'instance.deleted': event(
    'It was deleted. With `force`, `left` says what is left on the server.',
    statusAndReason.extend({ left: left.exactOptional() }),
    { status: 'removed', reason: null },
  ),
  'instance.admin_password_reset_requested': event('A new password of Odoo’s administrator was requested.'),
  'instance.admin_password_reset': event('Odoo’s administrator has a new password.', reason, { reason: null }),
  'instance.admin_password_reset_failed': event('The password of Odoo’s administrator was not changed.', reason, {
    reason: 'odoo_unhealthy',
  }),
  'instance.admin_password_revealed': event('The password of Odoo’s administrator was shown.'),
} satisfies Record<`instance.${string}`, EventType>;
