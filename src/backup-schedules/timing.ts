import { randomInt } from 'node:crypto';
import { Cron } from 'croner';

/** The shortest time between two runs: a backup takes its time, and is read back. */
export const shortestMinutes = 15;

export const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const cronOf = (cron: string, timeZone: string): Cron => new Cron(cron, { paused: true, timezone: timeZone });

/** The next times of a cron expression after the given one. */
export function runsAfter(cron: string, timeZone: string, after: Date, count: number): Date[] {
  return cronOf(cron, timeZone).nextRuns(count, after);
}

/** What is wrong with a cron expression, as the end of a sentence that begins with the field; undefined if nothing is. */
export function cronProblem(cron: string): string | undefined {
  try {
    if (cron.trim().split(/\s+/).length !== 5) return 'must have five fields: minute, hour, day, month, weekday';
    const runs = runsAfter(cron, 'UTC', new Date(), 50);
    if (runs.length === 0) return 'never comes: there is no such day';
    const gaps = runs.slice(1).map((at, index) => at.getTime() - (runs[index]?.getTime() ?? 0));
    if (gaps.some((gap) => gap < shortestMinutes * 60_000))
      return `must leave at least ${shortestMinutes} minutes between two backups`;
    return undefined;
  } catch {
    return 'must be a cron expression with five fields, such as 30 2 * * *';
  }
}

/** When a schedule runs next after the given time: schedules with the same time do not all begin at once. */
export function nextRun(
  { cron, timeZone, jitterMinutes }: { cron: string; timeZone: string; jitterMinutes: number },
  after: Date,
): Date | null {
  const [next] = runsAfter(cron, timeZone, after, 1);
  return next ? new Date(next.getTime() + randomInt(jitterMinutes * 60 + 1) * 1000) : null;
}
