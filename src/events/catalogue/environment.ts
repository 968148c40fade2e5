import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:environments');

export const environmentEvents = {
  'environment.created': event(
    'An environment was created.',
    z.strictObject({ name: z.string(), type: z.string().describe('production, staging or development.') }),
    { name: 'Staging', type: 'staging' },
  ),
  'environment.updated': event(
    'An environment was changed.',
    z.strictObject({ name: z.string(), deletionProtected: z.boolean() }),
    { name: 'Staging', deletionProtected: false },
  ),
  'environment.deleted': event('An environment was deleted.'),
} satisfies Record<`environment.${string}`, EventType>;
