import type { Policy } from './gfs.ts';

export interface Preset extends Policy {
  id: string;
  name: string;
  cron: string;
  jitterMinutes: number;
}

const keep = (policy: Partial<Policy>): Policy => ({
  keepLast: 1,
  keepHourly: 0,
  keepDaily: 0,
  keepWeekly: 0,
  keepMonthly: 0,
  keepYearly: 0,
  ...policy,
});

/** Schedules that fit most. */
export const presets: readonly Preset[] = [
  {
    id: 'hourly',
    name: 'Every hour',
    cron: '0 * * * *',
    jitterMinutes: 10,
    ...keep({ keepHourly: 24, keepDaily: 7, keepWeekly: 4, keepMonthly: 12 }),
  },
  {
    id: 'every_six_hours',
    name: 'Every six hours',
    cron: '0 */6 * * *',
    jitterMinutes: 30,
    ...keep({ keepLast: 4, keepDaily: 7, keepWeekly: 4, keepMonthly: 12 }),
  },
  {
    id: 'daily',
    name: 'Every night',
    cron: '0 2 * * *',
    jitterMinutes: 60,
    ...keep({ keepDaily: 7, keepWeekly: 4, keepMonthly: 12 }),
  },
  {
    id: 'weekdays',
    name: 'Every night from Monday to Friday',
    cron: '0 2 * * 1-5',
    jitterMinutes: 60,
    ...keep({ keepDaily: 5, keepWeekly: 4, keepMonthly: 12 }),
  },
  {
    id: 'weekly',
    name: 'Every Sunday',
    cron: '0 3 * * 0',
    jitterMinutes: 60,
    ...keep({ keepWeekly: 8, keepMonthly: 12 }),
  },
  {
    id: 'monthly',
    name: 'Every first of the month',
    cron: '0 4 1 * *',
    jitterMinutes: 60,
    ...keep({ keepMonthly: 12, keepYearly: 5 }),
  },
];
