import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:roles');
const shown = z.strictObject({ name: z.string(), permissions: z.array(z.string()) });
const example = { name: 'Operator', permissions: ['view:servers', 'manage:instances'] };

export const roleEvents = {
  'role.created': event('A custom role was created.', shown, example),
  'role.updated': event('A custom role was changed.', shown, example),
  'role.deleted': event('A custom role was deleted.'),
} satisfies Record<`role.${string}`, EventType>;
