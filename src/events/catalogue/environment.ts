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
    z.strictObject({ name: z.string(), autoDeploy: z.boolean(), deletionProtected: z.boolean() }),
    { name: 'Staging', autoDeploy: true, deletionProtected: false },
  ),
  'environment.cloned': event(
    'A neutralised copy of its instance runs in another environment.',
    z.strictObject({
      instanceId: z.string().describe('The copy.'),
      environmentId: z.string().describe('Where it is.'),
    }),
    {
      instanceId: '0197a1f2-3b4c-7d5e-8f60-718293a4b5c6',
      environmentId: '0197a1ee-7f3c-7b4d-9f5a-2c3d4e5f6071',
    },
  ),
  'environment.deleted': event('An environment was deleted.'),
} satisfies Record<`environment.${string}`, EventType>;
