import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:operations');
const ended = z.strictObject({
  kind: z.string().describe('The kind, as `<resource>.<verb>`.'),
  resourceId: z.string().describe('What it worked on.'),
  error: z.string().nullable().describe('The code of the error; null without one.'),
});
const example = { kind: 'instance.provision', resourceId: '0197a1ef-8a4d-7c5e-8b6f-3d4e5f607182', error: null };

export const operationEvents = {
  'operation.completed': event('An operation succeeded.', ended, example),
  'operation.failed': event('An operation failed.', ended, { ...example, error: 'image_not_found' }),
  'operation.cancelled': event('An operation was cancelled, and what was half done is removed.', ended, {
    ...example,
    error: 'cancelled',
  }),
  'operation.cancel_requested': event('The cancellation of an operation was requested.'),
  'operation.retried': event('A failed or cancelled operation was requested again. The resource is the new operation.'),
} satisfies Record<`operation.${string}`, EventType>;
