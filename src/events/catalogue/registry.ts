import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:registries');

export const registryEvents = {
  'registry.created': event(
    'Credentials of an image registry were added.',
    z.strictObject({ host: z.string(), username: z.string() }),
    { host: 'registry.example.com', username: 'acme' },
  ),
  'registry.updated': event(
    'Credentials of an image registry were changed.',
    z.strictObject({ username: z.string(), passwordChanged: z.boolean() }),
    { username: 'acme', passwordChanged: true },
  ),
  'registry.deleted': event('Credentials of an image registry were deleted.'),
} satisfies Record<`registry.${string}`, EventType>;
