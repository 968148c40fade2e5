import { z } from 'zod';
import { eventsFor } from './event-type.ts';

const event = eventsFor('view:instances');
const restored = z.strictObject({
  source: z.enum(['backup', 'import']),
  sourceId: z.string().describe('The backup, or the transfer.'),
  database: z.boolean(),
  filestore: z.boolean(),
});
const example = {
  source: 'backup' as const,
  sourceId: '0197a1f6-3b7c-7d2e-9f30-5b6c7d8e9fa0',
  database: true,
  filestore: true,
};
const ended = restored.extend({
  status: z.string().describe('The status from then on.'),
  reason: z.string().nullable().describe('The code of the error; null without one.'),
});

const files = z.strictObject({
  backupId: z.string(),
  files: z.int().describe('How many.'),
});
const someFiles = { backupId: example.sourceId, files: 2 };
const filesEnded = files.extend({ reason: z.string().nullable().describe('The code of the error; null without one.') });

/** Replacements of an instance's data. */
export const restoreEvents = {
  'restore.requested': event('The data of an instance is to be replaced by a backup or an upload.', restored, example),
  'restore.completed': event('The new data serves, and Odoo is healthy with it.', ended, {
    ...example,
    status: 'running',
    reason: null,
  }),
  'restore.failed': event('The data could not be replaced: what served before serves again.', ended, {
    ...example,
    status: 'running',
    reason: 'restore_failed',
  }),
  'restore.files_requested': event('Files of a backup are to be put into the filestore.', files, someFiles),
  'restore.files_completed': event('The files of the backup are in the filestore.', filesEnded, {
    ...someFiles,
    reason: null,
  }),
  'restore.files_failed': event('The files could not be restored: the filestore has what it had before.', filesEnded, {
    ...someFiles,
    reason: 'file_missing',
  }),
};
