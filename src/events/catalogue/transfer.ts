import { z } from 'zod';
import { eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:databases');
const instanceId = '0197a1f0-2a6b-7c1d-8e2f-4a5b6c7d8e9f';

/** Files in Odoo's own format, made of instances and brought into them. */
export const transferEvents = {
  'transfer.export_requested': event(
    'An export of an instance was requested.',
    z.strictObject({ instanceId: z.string(), includeFilestore: z.boolean() }),
    { instanceId, includeFilestore: true },
  ),
  'transfer.exported': event('An export can be downloaded.', statusAndReason, { status: 'ready', reason: null }),
  'transfer.downloaded': event('Somebody began to download an export, or to go on with it.'),
  'transfer.import_requested': event(
    'An upload for an instance was announced.',
    z.strictObject({ instanceId: z.string(), sizeBytes: z.int() }),
    { instanceId, sizeBytes: 5368709120 },
  ),
  'transfer.receiving': event('The server has room for the upload, which can begin.', statusAndReason, {
    status: 'receiving',
    reason: null,
  }),
  'transfer.received': event('An upload is complete.', statusAndReason, { status: 'ready', reason: null }),
  'transfer.failed': event('An export, or the preparation or removal of a file, failed.', statusAndReason, {
    status: 'failed',
    reason: 'disk_space',
  }),
  'transfer.removal_requested': event('The removal of a file from its server was requested.'),
  'transfer.removed': event('A file was removed from its server.', statusAndReason, {
    status: 'removed',
    reason: null,
  }),
};
