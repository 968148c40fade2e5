import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:backups');
const environmentId = '0197a1ee-7f3c-7b4d-9f5a-2c3d4e5f6071';
const keep = { keepLast: 1, keepHourly: 0, keepDaily: 7, keepWeekly: 4, keepMonthly: 12, keepYearly: 0 };
const shown = z.strictObject({
  environmentId: z.string(),
  name: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  destinationId: z.string(),
  copyDestinationId: z.string().nullable().describe('Where each backup is copied to.'),
  enabled: z.boolean(),
  keep: z.strictObject({
    keepLast: z.int(),
    keepHourly: z.int(),
    keepDaily: z.int(),
    keepWeekly: z.int(),
    keepMonthly: z.int(),
    keepYearly: z.int(),
  }),
});
const example = {
  environmentId,
  name: 'Every night',
  cron: '0 2 * * *',
  timeZone: 'Europe/Berlin',
  destinationId: '0197a1f6-3d21-7e52-8b64-7f9c205d8e31',
  copyDestinationId: null,
  enabled: true,
  keep,
};

export const backupScheduleEvents = {
  'backup_schedule.created': event('A backup schedule was created.', shown, example),
  'backup_schedule.updated': event('A backup schedule was changed.', shown, example),
  'backup_schedule.deleted': event('A backup schedule was deleted. Its backups stay.'),
  'backup_alert.created': event(
    'A scheduled backup failed (`failed`), was not made (`missed`) or is much smaller than those before it (`shrunken`), or there has been no good one for several runs (`stale`).',
    z.strictObject({
      alertType: z.enum(['failed', 'missed', 'shrunken', 'stale']),
      message: z.string(),
      environmentId: z.string(),
      instanceId: z.string().nullable(),
      scheduleId: z.string(),
      backupId: z.string().nullable(),
    }),
    {
      alertType: 'missed',
      message: 'The backup of Acme that was due at 2026-11-28T02:00:00.000Z was not made: another one is in progress',
      environmentId,
      instanceId: '0197a1f1-9b5e-7d6f-8b7c-4e5f60718293',
      scheduleId: '0197a1f6-3d21-7e52-8b64-7f9c205d8e32',
      backupId: null,
    },
  ),
  'backup_alert.read': event('A backup alert was marked as read.'),
  'backup_alert.dismissed': event('A backup alert was dismissed.'),
} satisfies Record<`backup_schedule.${string}` | `backup_alert.${string}`, EventType>;
