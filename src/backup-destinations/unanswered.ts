import { setTimeout as sleep } from 'node:timers/promises';

const unansweredMs = 10_000;

/**
 * Waits until a filtered port would have been given up: until a test has passed at an address, whoever names it does not learn
 * by the time of the answer what is there.
 */
export async function unanswered(began: number): Promise<void> {
  await sleep(Math.max(0, unansweredMs - (performance.now() - began)));
}
