import { Cron } from 'croner';
import { z } from 'zod';

/** Five fields: who tests every second tests nothing. */
function isCron(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    return new Cron(text, { paused: true, timezone: 'UTC' }).nextRun() !== null;
  } catch {
    return false;
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const scheduleInput = z
  .object({
    serverId: z.string(),
    cron: z
      .string()
      .max(100)
      .refine(isCron, {
        message: 'must be a cron expression of five fields that comes true some day, such as 0 4 * * 0',
        params: { constraint: 'cron' },
      })
      .nullish(),
    timeZone: z
      .string()
      .max(100)
      .refine(isTimeZone, {
        message: 'must be a time zone of the IANA database, such as Europe/Berlin',
        params: { constraint: 'time_zone' },
      })
      .nullish(),
    everyBackups: z.int().min(1).max(1000).nullish(),
    active: z.boolean().nullish(),
  })
  .superRefine(({ cron, everyBackups }, context) => {
    if (!cron === !everyBackups)
      context.addIssue({
        code: 'custom',
        path: ['cron'],
        message: 'Give cron, or everyBackups, and not both',
        params: { constraint: 'exclusive' },
      });
  });

export const runInput = z.object({ serverId: z.string(), backupId: z.string().nullish() });
