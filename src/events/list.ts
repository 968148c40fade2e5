import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { type Page, type PageArgs, page, type TimeSort } from '../lists.ts';
import { type EventFilter, isSeen, sightOf, typesOf } from './filter.ts';
import { eventColumns, type OrgEvent, type Position, positionOf, settled } from './read.ts';

interface Args extends PageArgs, EventFilter {
  sort?: TimeSort | null | undefined;
  /** Only events after this one. */
  afterEvent?: string | null | undefined;
}

interface Conditions {
  conditions: string[];
  values: (string | number | string[])[];
  past(sign: '<' | '>', position: Position): string;
}

/** The events that the caller may see, in the order in which they can be followed. */
export async function listEvents(app: App, scope: OrgScope, args: Args): Promise<Page<OrgEvent>> {
  const { orgId, access } = scope;
  const sight = sightOf(access, typesOf(args));
  const since = args.afterEvent ? await positionOf(app, scope, args.afterEvent, 'after_event') : undefined;
  const selection = (): Conditions => {
    const values: Conditions['values'] = [orgId];
    const value = (given: string | string[]): string => `$${values.push(given)}`;
    const seen = sight.map(({ types, projects }) => {
      const ofType = `type = ANY(${value([...types])}::text[])`;
      return projects === 'all' ? ofType : `(${ofType} AND project_id = ANY(${value([...projects])}::uuid[]))`;
    });
    const past = (sign: '<' | '>', { xid, seq }: Position): string =>
      `(outbox_events.xid, outbox_events.id) ${sign} (${value(xid)}::xid8, ${value(seq)}::bigint)`;
    const conditions = [
      'org_id = $1::uuid',
      settled,
      `(${seen.join(' OR ') || 'false'})`,
      ...(args.projectId ? [`project_id = ${value(isId(args.projectId) ? args.projectId : newId())}::uuid`] : []),
      ...(since ? [past('>', since)] : []),
    ];
    return { conditions, values, past };
  };
  return page(`events of ${orgId}`, args, {
    find: async ({ take, direction, beyond }) => {
      const { conditions, values, past } = selection();
      if (beyond)
        conditions.push(past(direction === 'asc' ? '>' : '<', await positionOf(app, scope, beyond.id, 'cursor')));
      const order = `outbox_events.xid ${direction}, outbox_events.id ${direction}`;
      const limit = `$${values.push(take)}::int`;
      const text = `SELECT ${eventColumns} FROM outbox_events WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ${limit}`;
      return (await app.db.tenants.query<OrgEvent>(orgId, { text, values })).rows;
    },
    count: async () => {
      const { conditions, values } = selection();
      const text = `SELECT count(*)::int AS count FROM outbox_events WHERE ${conditions.join(' AND ')}`;
      const { rows } = await app.db.tenants.query<{ count: number }>(orgId, { text, values });
      return rows[0]?.count ?? 0;
    },
  });
}

/** One event, if the caller may see it. */
export async function getEvent(scope: OrgScope, id: string): Promise<OrgEvent> {
  const row = isId(id) ? await scope.db.outboxEvent.findFirst({ where: { eventId: id, orgId: scope.orgId } }) : null;
  if (!row || !isSeen(sightOf(scope.access, new Set([row.type])), row, {})) throw notFound('event', id);
  const { eventId, payload, ...rest } = row;
  return { ...rest, id: eventId, data: payload };
}
