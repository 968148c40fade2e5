import type { Request } from 'express';
import { validationError } from '../src/errors.ts';
import type { EventHub, Topic } from '../src/events/hub.ts';

export const longestWait = 60;

/** Seconds that the client would wait for an end. */
export function waitOf(request: Request): number {
  const text = request.query['wait'];
  if (text === undefined) return 0;
  if (typeof text !== 'string' || !/^\d{1,3}$/.test(text) || Number(text) > longestWait) {
    throw validationError([{ field: 'wait', constraint: 'range', message: `wait must be a whole number of seconds from 0 to ${longestWait}` }]);
  }
  return Number(text);
}

/** Reads now and after each wake-up of the topics, until `isLast` or the signal; gives what it read last. */
export async function readUntil<T>(events: EventHub, topics: readonly Topic[], signal: AbortSignal, read: () => Promise<T>, isLast: (value: T) => boolean): Promise<T> {
  for await (const _ of events.wakeUps(topics, signal)) {
    const value = await read();
    if (isLast(value)) return value;
  }
  return read();
}
