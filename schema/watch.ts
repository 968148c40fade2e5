import { accessTopics, requirePermission } from '../src/access/access.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { Topic } from '../src/events/hub.ts';
import type { Context } from './context.ts';

/** Every change of access wakes its user's subscribers; this is for one that was made by hand in the database. */
const recheckMs = 30_000;

/**
 * Gives what `read` finds: at once, and again after every wake-up of the topics. The permission is asked anew when
 * the caller's access changes, and from time to time: a subscriber who lost it hears nothing more. `read` may give undefined for "nothing new".
 */
export async function* watch<T>(context: Context, permission: Permission, topics: readonly Topic[], read: () => Promise<T | undefined>, isLast: (value: T) => boolean = () => false): AsyncGenerator<T> {
  const { events } = context.app;
  const stop = new AbortController();
  const access = accessTopics(context.access);
  let checkedAt = 0;
  const stops = access.map((topic) => events.on(topic, () => { checkedAt = 0; }));
  try {
    for await (const _ of events.wakeUps([...topics, ...access], stop.signal)) {
      if (Date.now() - checkedAt > recheckMs) {
        checkedAt = Date.now();
        requirePermission(await context.reauthenticate(), permission);
      }
      const value = await read();
      if (value === undefined) continue;
      yield value;
      if (isLast(value)) return;
    }
  } finally {
    stop.abort();
    for (const stop of stops) stop();
  }
}
