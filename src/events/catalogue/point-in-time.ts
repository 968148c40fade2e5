import { z } from 'zod';
import { type EventType, eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:databases');
const of = { instanceId: '0197a1f0-8a4d-7c5e-a06b-3d4e5f607182' };
const about = z.strictObject({ instanceId: z.string().describe('The instance whose database it is about.') });
const state = statusAndReason.extend(about.shape);
const time = z.string().describe('The point in time.');

export const pointInTimeEvents = {
  'point_in_time.enable_requested': event(
    'Point-in-time restores were enabled, or enabled again after changes were lost.',
    about.extend({ retentionDays: z.int().describe('How many days can be restored.') }),
    { ...of, retentionDays: 7 },
  ),
  'point_in_time.disable_requested': event('Point-in-time restores were disabled.', about, of),
  'point_in_time.active': event('Changes are archived: for the first time, or without a lag again.', state, {
    ...of,
    status: 'active',
    reason: null,
  }),
  'point_in_time.lagging': event('The newest second that can be restored is more than five minutes ago.', state, {
    ...of,
    status: 'lagging',
    reason: null,
  }),
  'point_in_time.broken': event(
    'Changes were lost before they were archived. The window begins again with a new base backup; what was archived before stays.',
    state,
    { ...of, status: 'broken', reason: null },
  ),
  'point_in_time.failed': event('Point-in-time restores could not be enabled or disabled.', state, {
    ...of,
    status: 'failed',
    reason: 'database_error',
  }),
  'point_in_time.disabled': event('Changes are archived no more, and what was archived is removed.', state, {
    ...of,
    status: 'off',
    reason: null,
  }),
  'point_in_time.base_backup_requested': event('A base backup was requested.', about, of),
  'point_in_time.archiving_requested': event('The changes up to now were to be archived at once.', about, of),
  'point_in_time.restore_requested': event(
    'The database was to be restored to a point in time.',
    about.extend({ time }),
    {
      ...of,
      time: '2026-11-24T09:30:00.000Z',
    },
  ),
  'point_in_time.restored': event('The database is as it was at the point in time.', about.extend({ time }), {
    ...of,
    time: '2026-11-24T09:30:00.000Z',
  }),
  'point_in_time.restore_failed': event(
    'The database was not restored to the point in time.',
    about.extend({ time, reason: z.string().nullable().describe('The code of the error.') }),
    { ...of, time: '2026-11-24T09:30:00.000Z', reason: 'point_not_reached' },
  ),
} satisfies Record<`point_in_time.${string}`, EventType>;
