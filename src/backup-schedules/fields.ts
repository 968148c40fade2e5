import { z } from 'zod';
import { displayName } from '../display-name.ts';
import { cronProblem, isTimeZone } from './timing.ts';

const keep = z.int().min(0).max(1000);
const cron = z
  .string()
  .trim()
  .max(100)
  .superRefine((text, context) => {
    const message = cronProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message, params: { constraint: 'cron' } });
  });
const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, {
    message: 'must be a time zone such as Europe/Berlin or UTC',
    params: { constraint: 'time_zone' },
  });

export const policyFields = {
  keepLast: keep.nullish(),
  keepHourly: keep.nullish(),
  keepDaily: keep.nullish(),
  keepWeekly: keep.nullish(),
  keepMonthly: keep.nullish(),
  keepYearly: keep.nullish(),
};
const name = displayName(100);
const optional = {
  timeZone: timeZone.nullish(),
  jitterMinutes: z.int().min(0).max(240).nullish(),
  copyDestinationId: z.string().nullish(),
  includeFilestore: z.boolean().nullish(),
  enabled: z.boolean().nullish(),
  ...policyFields,
};

export const createInput = z.object({ name, cron, destinationId: z.string(), ...optional });
export const updateInput = z.object({
  name: name.nullish(),
  cron: cron.nullish(),
  destinationId: z.string().nullish(),
  ...optional,
});
export const policyInput = z.object(policyFields);
