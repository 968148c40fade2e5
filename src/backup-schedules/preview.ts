import type { OrgScope } from '../access/scope.ts';
import { parse } from '../parse.ts';
import { policyInput } from './fields.ts';
import { completedOf, decideAbout, type Kept } from './retention.ts';
import { getSchedule, policyOf } from './rows.ts';

/** What would be kept of the backups of a schedule, by its policy or by another that is thought of. Deletes nothing. */
export async function previewRetention(scope: OrgScope, id: string, given: unknown): Promise<Kept[]> {
  const input = parse(policyInput, given);
  const schedule = await getSchedule(scope, id);
  const now = policyOf(schedule);
  return decideAbout(await scope.db.backup.findMany(completedOf(schedule)), {
    keepLast: input.keepLast ?? now.keepLast,
    keepHourly: input.keepHourly ?? now.keepHourly,
    keepDaily: input.keepDaily ?? now.keepDaily,
    keepWeekly: input.keepWeekly ?? now.keepWeekly,
    keepMonthly: input.keepMonthly ?? now.keepMonthly,
    keepYearly: input.keepYearly ?? now.keepYearly,
  });
}
