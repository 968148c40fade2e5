import { setTimeout } from 'node:timers/promises';
import { accessTopics, requireOrg, requirePermission } from '../src/access/access.ts';
import type { Permission } from '../src/access/permissions.ts';
import { type OrgScope, scopeOf } from '../src/access/scope.ts';
import type { Topic } from '../src/events/hub.ts';
import type { Context } from './context.ts';

/** Every change of access wakes its user's subscribers; this is for one that was made by hand in the database. */
const recheckMs = 30_000;

/** A generator that ends when its reader leaves: a plain one that waits for an event would first wait for that. */
export function endable<T>(make: (signal: AbortSignal) => AsyncGenerator<T, undefined>): AsyncGenerator<T, undefined> {
  const stop = new AbortController();
  const inner = make(stop.signal);
  return {
    next: () => inner.next(),
    return: (value) => {
      stop.abort();
      return inner.return(value);
    },
    throw: (error) => {
      stop.abort();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: () => {
      stop.abort();
      return inner[Symbol.asyncDispose]();
    },
  };
}

export interface Watched<T> {
  /** `member`: for what asks for a permission of its own with each row. */
  permission: Permission | 'member';
  topics: readonly Topic[];
  /** May give undefined for "nothing new". The scope is what the caller may see by now, which may be fewer projects than at the start. */
  read: (scope: OrgScope) => Promise<T | undefined>;
  isLast?: (value: T) => boolean;
  /** After how many milliseconds to look again, although nobody wakes; undefined to wait for a wake-up. */
  again?: (value: T) => number | undefined;
}

/**
 * Gives what `read` finds: at once, and again after every wake-up of the topics, until the signal. The permission is
 * asked anew when the caller's access changes, and from time to time: a subscriber who lost it hears nothing more.
 */
export async function* watchUntil<T>(
  signal: AbortSignal,
  context: Context,
  { permission, topics, read, isLast, again }: Watched<T>,
): AsyncGenerator<T, undefined> {
  const { events } = context.app;
  const access = accessTopics(context.access);
  let checkedAt = 0;
  let scope = scopeOf(context.app.db.tenants, context.access, permission, context.client);
  const stops = access.map((topic) =>
    events.on(topic, () => {
      checkedAt = 0;
    }),
  );
  try {
    for await (const _ of events.wakeUps([...topics, ...access], signal)) {
      for (let pause: number | undefined = 0; pause !== undefined && !signal.aborted; ) {
        if (Date.now() - checkedAt > recheckMs) {
          checkedAt = Date.now();
          const now = await context.reauthenticate();
          if (permission === 'member') requireOrg(now);
          else requirePermission(now, permission);
          scope = scopeOf(context.app.db.tenants, now, permission, context.client);
        }
        const value = await read(scope);
        if (value === undefined) break;
        yield value;
        if (isLast?.(value)) return;
        pause = again?.(value);
        if (pause) await setTimeout(pause, undefined, { signal }).catch(() => {});
      }
    }
  } finally {
    for (const stop of stops) stop();
  }
}

/** `watchUntil` for as long as there is a subscriber. */
export function watch<T>(
  context: Context,
  permission: Permission,
  topics: readonly Topic[],
  read: (scope: OrgScope) => Promise<T | undefined>,
  isLast: (value: T) => boolean = () => false,
): AsyncGenerator<T, undefined> {
  return endable((signal) => watchUntil(signal, context, { permission, topics, read, isLast }));
}

/** Gives what the source gives, for as long as `check` finds nothing against it: asked as `watchUntil` asks. */
export function whileAllowed<T>(
  context: Context,
  permission: Permission,
  check: (scope: OrgScope) => Promise<unknown>,
  source: (signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T, undefined> {
  return endable(async function* (left) {
    const over = new AbortController();
    const signal = AbortSignal.any([left, over.signal]);
    const read = async (scope: OrgScope): Promise<undefined> => {
      await check(scope);
    };
    const refusal = (async () => {
      for await (const _ of watchUntil(signal, context, { permission, topics: [], read }));
    })().catch((error: unknown) => {
      over.abort();
      return error;
    });
    try {
      yield* source(signal);
    } finally {
      over.abort();
    }
    const refused = await refusal;
    if (refused !== undefined) throw refused;
    return undefined;
  });
}
