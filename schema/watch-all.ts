import type { Permission } from '../src/access/permissions.ts';
import type { OrgScope } from '../src/access/scope.ts';
import type { Change } from '../src/events/hub.ts';
import { allOf } from '../src/events/live-resource.ts';
import { changedSince, newestPosition, positionOf } from '../src/events/read.ts';
import { SharedReads } from '../src/events/shared-reads.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { endable, watchUntil } from './watch.ts';

export const ChangeKind = builder.enumType('ChangeKind', {
  description: 'What happened to a row.',
  values: {
    created: { description: 'It is new.' },
    updated: { description: 'It was changed, or became new while the client was not connected.' },
    deleted: { description: 'It was deleted.' },
  } as const,
});

export interface Changed<Row> {
  change: 'created' | 'updated' | 'deleted';
  id: string;
  /** null: it was deleted. */
  row: Row | null;
}

/** How all rows of a kind are followed. */
export interface Following<Row> {
  type: string;
  permission: Permission;
  /** The rows with these ids that the scope sees, also deleted ones. */
  read(scope: OrgScope, ids: readonly string[]): Promise<Row[]>;
  isDeleted(row: Row): boolean;
}

export const afterArg = {
  description:
    'The id of an event: begins with the rows that changed after it. Read the newest event first and then the list, and nothing is missed in between.',
} as const;

/** The most rows that are read at once. */
const batchSize = 200;

/**
 * A subscription to all rows of a kind. A wake-up says which row changed; those of a burst are read together, and once for
 * all subscribers who see the same. What changed while nobody could be woken – before the subscription, or while the
 * connection to the database was lost – is found by the events.
 */
export function watchAll<Row extends { id: string }>({ type, permission, read, isDeleted }: Following<Row>) {
  const reads = new SharedReads<Row[]>();
  const shared = (scope: OrgScope, ids: readonly string[]): Promise<Row[]> => {
    const { orgId, sees } = scope;
    return reads.get(`${orgId} ${sees === 'all' ? sees : [...sees].sort().join()} ${ids.join()}`, () =>
      read(scope, ids),
    );
  };

  async function* follow(
    signal: AbortSignal,
    context: Context,
    scope: OrgScope,
    after: string | undefined,
    isWanted: (row: Row) => boolean,
  ): AsyncGenerator<Changed<Row>, undefined> {
    const { app } = context;
    const { orgId } = scope;
    const changed = new Map<string, boolean>();
    let missed = after !== undefined;
    const topic = allOf(orgId, type);
    const stop = app.events.on(topic, (change?: Change) => {
      if (change) changed.set(change.id, changed.get(change.id) === true || change.created === true);
      else missed = true;
    });
    try {
      let position = after === undefined ? await newestPosition(app, orgId) : await positionOf(app, scope, after);
      const watched = watchUntil<Changed<Row>[]>(signal, context, {
        permission,
        topics: [topic],
        read: async (now) => {
          if (missed) {
            missed = false;
            const next = await newestPosition(app, orgId);
            for (const id of await changedSince(app, now, type, position)) changed.set(id, changed.get(id) ?? false);
            position = next;
          }
          const batch = [...changed].slice(0, batchSize).sort();
          for (const [id] of batch) changed.delete(id);
          if (batch.length === 0) return [];
          const ids = batch.map(([id]) => id);
          const rows = await shared(now, ids);
          const created = new Map(batch);
          return rows.filter(isWanted).map((row): Changed<Row> => {
            if (isDeleted(row)) return { change: 'deleted', id: row.id, row: null };
            return { change: created.get(row.id) ? 'created' : 'updated', id: row.id, row };
          });
        },
        again: () => (changed.size > 0 ? 0 : undefined),
      });
      for await (const rows of watched) yield* rows;
    } finally {
      stop();
    }
    return undefined;
  }

  return async (
    context: Context,
    scope: OrgScope,
    after: string | null | undefined,
    isWanted: (row: Row) => boolean = () => true,
  ): Promise<AsyncGenerator<Changed<Row>, undefined>> => {
    // An event that is no longer kept is said at once, not by the first change.
    if (after) await positionOf(context.app, scope, after);
    return endable((signal) => follow(signal, context, scope, after ?? undefined, isWanted));
  };
}
