import { z } from 'zod';
import { type EventType, eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:databases');
const of = { instanceId: '0197a1f0-8a4d-7c5e-a06b-3d4e5f607182' };
const requested = z.strictObject({
  instanceId: z.string().describe('The instance whose database it copies.'),
  number: z.int().describe('Its number within the instance.'),
});
const state = statusAndReason.extend({ instanceId: requested.shape.instanceId });

export const databaseReplicaEvents = {
  'database_replica.creation_requested': event(
    'A replica of a database was requested.',
    requested.extend({ serverId: z.string().describe('The server that it is to run on.') }),
    { ...of, number: 1, serverId: '0197a1f0-6a2d-7c5e-a06b-3d4e5f607181' },
  ),
  'database_replica.rebuild_requested': event('Its creation from a new copy was requested.', requested, {
    ...of,
    number: 1,
  }),
  'database_replica.removal_requested': event('Its removal was requested.', requested, { ...of, number: 1 }),
  'database_replica.promotion_requested': event('It is to become the primary.', requested, { ...of, number: 1 }),
  'database_replica.online': event('It follows the primary, for the first time or again.', state, {
    ...of,
    status: 'online',
    reason: null,
  }),
  'database_replica.lagging': event('It is behind the primary by more than 30 seconds or 256 MiB.', state, {
    ...of,
    status: 'lagging',
    reason: null,
  }),
  'database_replica.offline': event('It is not connected to the primary.', state, {
    ...of,
    status: 'offline',
    reason: null,
  }),
  'database_replica.lost': event('It fell behind by more than the primary keeps, and must be rebuilt.', state, {
    ...of,
    status: 'lost',
    reason: null,
  }),
  'database_replica.failed': event('It could not be created, promoted or removed.', state, {
    ...of,
    status: 'failed',
    reason: 'database_error',
  }),
  'database_replica.promoted': event('It is the database of the instance now.', state, {
    ...of,
    status: 'primary',
    reason: null,
  }),
  'database_replica.removed': event('It was removed.', state, { ...of, status: 'removed', reason: null }),
} satisfies Record<`database_replica.${string}`, EventType>;
