import { requirePermission } from '../src/access/access.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { Topic } from '../src/events/hub.ts';
import type { Context } from './context.ts';

/**
 * Gives what `read` finds: at once, and again after every wake-up of the topics. The permission is asked anew each
 * time, so a subscriber who lost it hears nothing more. `read` may give undefined for "nothing new".
 */
export async function* watch<T>(context: Context, permission: Permission, topics: readonly Topic[], read: () => Promise<T | undefined>, isLast: (value: T) => boolean = () => false): AsyncGenerator<T> {
  const stop = new AbortController();
  try {
    for await (const _ of context.app.events.wakeUps([...topics, `access:${context.access.actor?.id ?? ''}`], stop.signal)) {
      requirePermission(await context.reauthenticate(), permission);
      const value = await read();
      if (value === undefined) continue;
      yield value;
      if (isLast(value)) return;
    }
  } finally {
    stop.abort();
  }
}
