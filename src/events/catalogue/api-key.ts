import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:api_keys');
const shown = z.strictObject({
  name: z.string(),
  permissions: z.array(z.string()),
  projectIds: z.array(z.string()),
  allowedIps: z.array(z.string()),
  expiresAt: z.iso.datetime().nullable(),
});
const example = { name: 'CI', permissions: ['view:instances'], projectIds: [], allowedIps: [], expiresAt: null };

export const apiKeyEvents = {
  'api_key.created': event('An API key was created.', shown, example),
  'api_key.updated': event('An API key was changed.', shown, example),
  'api_key.rotated': event(
    'An API key got a new secret.',
    z.strictObject({
      prefix: z.string().describe('The beginning of the new key.'),
      overlapHours: z.number().describe('How long the old key works on.'),
    }),
    { prefix: 'ocore_k_4fGh9Q', overlapHours: 24 },
  ),
  'api_key.revoked': event('An API key was revoked.'),
} satisfies Record<`api_key.${string}`, EventType>;
