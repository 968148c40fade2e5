import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:backup_destinations');
const shown = {
  name: z.string(),
  destinationType: z.enum(['s3', 's3_compatible', 'sftp', 'local']),
  place: z.string().describe('Where it is, without credentials.'),
};
const example = { name: 'Frankfurt', destinationType: 's3' as const, place: 's3://acme-backups/odoo' };

export const backupDestinationEvents = {
  'backup_destination.created': event('A backup destination was created.', z.strictObject(shown), example),
  'backup_destination.updated': event(
    'A backup destination was changed.',
    z.strictObject({ ...shown, credentialsChanged: z.boolean() }),
    { ...example, credentialsChanged: true },
  ),
  'backup_destination.deleted': event('A backup destination was deleted. What is stored there stays there.'),
  'backup_destination.tested': event(
    'A backup destination was tested.',
    z.strictObject({
      success: z.boolean(),
      step: z.string().nullable().describe('The step that failed; null if none did.'),
      problem: z.string().nullable().describe('What is wrong; null if nothing is.'),
    }),
    { success: false, step: 'write', problem: 'access_denied' },
  ),
} satisfies Record<`backup_destination.${string}`, EventType>;
