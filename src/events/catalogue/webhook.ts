import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:webhooks');
const shown = z.strictObject({
  host: z.string().describe('The host of its URL. The rest may be a secret of the receiver.'),
  events: z.array(z.string()),
  projectIds: z.array(z.string()),
  format: z.string(),
  active: z.boolean(),
});
const example = {
  host: 'hooks.example.com',
  events: ['instance.*', 'server.unreachable'],
  projectIds: [],
  format: 'raw',
  active: true,
};

export const webhookEvents = {
  'webhook_endpoint.created': event('A webhook endpoint was created.', shown, example),
  'webhook_endpoint.updated': event('A webhook endpoint was changed.', shown, example),
  'webhook_endpoint.deleted': event('A webhook endpoint was deleted. What waited for it is not sent.'),
  'webhook_endpoint.secret_rotated': event(
    'A webhook endpoint got a new secret.',
    z.strictObject({ previousExpiresAt: z.iso.datetime().describe('Until when the previous one also signs.') }),
    { previousExpiresAt: '2026-11-28T09:30:00.000Z' },
  ),
  'webhook_endpoint.tested': event(
    'A test was asked for, or the endpoint is new. This event is always sent to the endpoint that it is about.',
    z.strictObject({ message: z.string() }),
    { message: 'This is a test of your webhook endpoint. It is set up correctly.' },
  ),
  'webhook_endpoint.replayed': event(
    'Deliveries to a webhook endpoint were requested again.',
    z.strictObject({ deliveries: z.int().describe('How many.') }),
    { deliveries: 12 },
  ),
  'webhook_endpoint.disabled': event(
    'oCore disabled a webhook endpoint: it answered 410 Gone (`gone`), or nothing but failures came for five days (`failing`).',
    z.strictObject({ reason: z.enum(['gone', 'failing']), failingSince: z.iso.datetime().nullable() }),
    { reason: 'failing', failingSince: '2026-11-22T09:30:00.000Z' },
  ),
} satisfies Record<`webhook_endpoint.${string}`, EventType>;
