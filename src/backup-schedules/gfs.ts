/** How many of each are kept, as restic's `forget --keep-*` means them; 0 for none. */
export type Policy = {
  keepLast: number;
  keepHourly: number;
  keepDaily: number;
  keepWeekly: number;
  keepMonthly: number;
  keepYearly: number;
};

export interface Decision<Taken> {
  taken: Taken;
  /** Why it is kept; empty where it goes. */
  reasons: string[];
}

/** The week of ISO 8601, as its year and number. */
function isoWeek(at: Date): number {
  const thursday = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000));
  return year * 100 + week;
}

const day = (at: Date): number => at.getUTCFullYear() * 10_000 + (at.getUTCMonth() + 1) * 100 + at.getUTCDate();

/** The rules in restic's order: of each period the newest counts. Periods are those of UTC, the clock of restic's containers. */
const rules: readonly { count: keyof Policy; reason: string; periodOf: (at: Date, index: number) => number }[] = [
  { count: 'keepLast', reason: 'last', periodOf: (_at, index) => index },
  { count: 'keepHourly', reason: 'hourly', periodOf: (at) => day(at) * 100 + at.getUTCHours() },
  { count: 'keepDaily', reason: 'daily', periodOf: day },
  { count: 'keepWeekly', reason: 'weekly', periodOf: isoWeek },
  { count: 'keepMonthly', reason: 'monthly', periodOf: (at) => at.getUTCFullYear() * 100 + at.getUTCMonth() + 1 },
  { count: 'keepYearly', reason: 'yearly', periodOf: (at) => at.getUTCFullYear() },
];

/**
 * Grandfather, father, son: which of the taken ones are kept, the newest first. While a rule has not found as many as it may
 * keep, the oldest of all stays for it.
 */
export function decide<Taken extends { at: Date }>(all: readonly Taken[], policy: Policy): Decision<Taken>[] {
  const sorted = [...all].sort((one, other) => other.at.getTime() - one.at.getTime());
  const left = rules.map((rule) => ({ ...rule, left: policy[rule.count], last: -1 }));
  return sorted.map((taken, index) => {
    const reasons: string[] = [];
    for (const rule of left) {
      if (rule.left === 0) continue;
      const period = rule.periodOf(taken.at, index);
      const isOldest = index === sorted.length - 1;
      if (period === rule.last && !isOldest) continue;
      reasons.push(period === rule.last ? `oldest ${rule.reason}` : rule.reason);
      rule.last = period;
      rule.left -= 1;
    }
    return { taken, reasons };
  });
}
