/** Seconds between the attempts: about three days in all, as Standard Webhooks recommends. */
const delays: readonly number[] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** No receiver decides that it is asked again later than this. */
const longestRetryAfter = 86_400;

/** The failures that many deliveries make at once are not all tried again at once. */
const jitter = 0.1;

/** The receiver's Retry-After in seconds: a number of them, or a date (RFC 9110); 0 if it has none. */
export function retryAfterOf(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - nowMs) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), longestRetryAfter);
}

/**
 * How many milliseconds to wait after the given number of failures, never less than the receiver asked for; undefined: that
 * was the last attempt.
 */
export function delayAfter(failures: number, retryAfter: number, random = Math.random()): number | undefined {
  const delay = delays[failures - 1];
  return delay === undefined ? undefined : Math.max(delay, retryAfter) * (1 + random * jitter) * 1000;
}

/** After how long of nothing but failures an endpoint is disabled. */
export const failingDays = 5;
