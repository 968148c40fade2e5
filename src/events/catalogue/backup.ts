import { z } from 'zod';
import { eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:backups');
const instanceId = '0197a1f1-9b5e-7d6f-8b7c-4e5f60718293';
const created = z.strictObject({
  instanceId: z.string(),
  environmentId: z.string(),
  destinationId: z.string().nullable().describe('Null for a safety copy beside the instance.'),
  backupType: z.string(),
  includeFilestore: z.boolean(),
  copyOfId: z.string().nullable().describe('The backup that it is a copy of; null if it is none.'),
});
const ended = statusAndReason.extend({
  instanceId: z.string(),
  environmentId: z.string(),
  backupType: z.string(),
  copyOfId: z.string().nullable().describe('The backup that it is a copy of; null if it is none.'),
  databaseSize: z.int().nullable().describe('In bytes.'),
  filestoreSize: z.int().nullable().describe('In bytes.'),
  addedSize: z.int().nullable().describe('What the repository grew by, in bytes.'),
});
const about = z.strictObject({ instanceId: z.string(), backupType: z.string() });
const place = { instanceId, environmentId: '0197a1ee-7f3c-7b4d-9f5a-2c3d4e5f6071', backupType: 'manual' };
const nothing = { ...place, copyOfId: null, databaseSize: null, filestoreSize: null, addedSize: null };

export const backupEvents = {
  'backup.created': event(
    'A backup or a copy of one was requested, or an operation began its safety backup.',
    created,
    {
      ...place,
      destinationId: '0197a1f6-3d21-7e52-8b64-7f9c205d8e31',
      includeFilestore: true,
      copyOfId: null,
    },
  ),
  'backup.completed': event('A backup was written and read back.', ended, {
    ...place,
    copyOfId: null,
    status: 'completed',
    reason: null,
    databaseSize: 184549376,
    filestoreSize: 2147483648,
    addedSize: 73400320,
  }),
  'backup.failed': event('A backup failed. Nothing of it is left.', ended, {
    ...nothing,
    status: 'failed',
    reason: 'dump_failed',
  }),
  'backup.cancelled': event('A backup was cancelled. Nothing of it is left.', ended, {
    ...nothing,
    status: 'cancelled',
    reason: 'cancelled',
  }),
  'backup.updated': event(
    'Its notes or its pin were changed.',
    z.strictObject({ notes: z.string(), pinned: z.boolean() }),
    { notes: 'Before the migration', pinned: true },
  ),
  'backup.verification_requested': event('It is to be read back once more.'),
  'backup.verified': event('It was read back once more, whole.', statusAndReason, {
    status: 'completed',
    reason: null,
  }),
  'backup.verification_failed': event(
    'It could not be read back. The status is `failed` if its data are damaged.',
    statusAndReason,
    { status: 'failed', reason: 'backup_corrupt' },
  ),
  'backup.deletion_requested': event('Its deletion was requested.', about, { instanceId, backupType: 'manual' }),
  'backup.deleted': event('It was deleted with its data.', about, { instanceId, backupType: 'manual' }),
  'backup.restored': event(
    'It was restored: its data serve in an instance.',
    z.strictObject({ instanceId: z.string(), database: z.boolean(), filestore: z.boolean() }),
    { instanceId, database: true, filestore: true },
  ),
  'backup.file_downloaded': event(
    'Somebody downloaded a file of it.',
    z.strictObject({ path: z.string().describe('In the filestore.') }),
    { path: 'ab/ab12e4f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6' },
  ),
  'backup.key_exported': event('Somebody was shown the password of its repository.'),
};
