import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:backups');
const backupId = z.string().describe('The backup that is tested.');
const example = { backupId: '0197a1f8-1a2b-7c3d-8e4f-5a6b7c8d9e0f' };
const schedule = z.strictObject({
  serverId: z.string(),
  cron: z.string().nullable(),
  timeZone: z.string(),
  everyBackups: z.int().nullable(),
  active: z.boolean(),
});

export const restoreTestEvents = {
  'restore_test.created': event('A restore test was requested, or is due.', z.strictObject({ backupId }), example),
  'restore_test.completed': event(
    'A backup was restored, Odoo started with it, and all rows were there.',
    z.strictObject({
      backupId,
      rtoSeconds: z.int().describe('How long the restore took until Odoo answered.'),
      rpoSeconds: z.int().describe('How old the backup was.'),
    }),
    { ...example, rtoSeconds: 74, rpoSeconds: 3600 },
  ),
  'restore_test.failed': event(
    'A backup could not be restored, or not all of it: do not rely on it.',
    z.strictObject({ backupId, reason: z.string().nullable().describe('The code of the error.') }),
    { ...example, reason: 'restore_test_failed' },
  ),
  'restore_test.cancelled': event('A restore test was cancelled.', z.strictObject({ backupId }), example),
  'restore_test.schedule_changed': event('It was decided when backups of an environment are tested.', schedule, {
    serverId: '0197a1ec-5d2b-7a3c-8e4f-1b2c3d4e5f60',
    cron: '0 4 * * 0',
    timeZone: 'Europe/Berlin',
    everyBackups: null,
    active: true,
  }),
  'restore_test.schedule_deleted': event('Backups of an environment are no longer tested by themselves.'),
} satisfies Record<`restore_test.${string}`, EventType>;
