import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError, validationError } from '../errors.ts';
import { isId } from '../ids.ts';
import { isSeen, sightOf } from './filter.ts';
import { SharedReads } from './shared-reads.ts';

/** How long events are kept. */
export const eventDays = 30;

export interface OrgEvent {
  id: string;
  type: string;
  projectId: string | null;
  resourceType: string;
  resourceId: string;
  resourceName: string | null;
  actorType: string | null;
  actorId: string | null;
  actorName: string | null;
  administratorName: string | null;
  requestId: string;
  data: unknown;
  createdAt: Date;
}

/** The columns of an event as `OrgEvent` names them. */
export const eventColumnsOf = (row: string): string =>
  `${row}.event_id AS id, ${row}.type, ${row}.project_id AS "projectId", ${row}.resource_type AS "resourceType", ${row}.resource_id AS "resourceId",
  ${row}.resource_name AS "resourceName", ${row}.actor_type AS "actorType", ${row}.actor_id AS "actorId", ${row}.actor_name AS "actorName",
  ${row}.administrator_name AS "administratorName", ${row}.request_id AS "requestId", ${row}.payload AS data, ${row}.created_at AS "createdAt"`;
export const eventColumns = eventColumnsOf('outbox_events');

/**
 * The condition of events that a reader may pass. Numbers of a sequence become visible out of order: who reads up to
 * number 8 while the transaction with number 7 is still open would never see 7. So the order is that of the transactions
 * and then of the numbers, and a reader stops before the oldest transaction that is still open: all before it have ended,
 * and what they wrote is visible or will never be.
 */
export const settled = 'xid < pg_snapshot_xmin(pg_current_snapshot())';

/** Where a reader stands in the events of an organization. */
export interface Position {
  readonly xid: string;
  readonly seq: string;
}

const beginning: Position = { xid: '0', seq: '0' };

type Reader = Pick<OrgScope, 'orgId' | 'access'>;

/** The position of an event that the reader has, and may still see. */
export async function positionOf(app: App, reader: Reader, id: string, field = 'after'): Promise<Position> {
  const { orgId, access } = reader;
  if (!isId(id))
    throw validationError([{ field, constraint: 'format', message: `${field} must be the id of an event` }]);
  const text =
    'SELECT xid::text, id::text AS seq, type, project_id AS "projectId" FROM outbox_events WHERE event_id = $1 AND org_id = $2';
  const statement = { name: 'event position', text, values: [id, orgId] };
  const { rows } = await app.db.tenants.query<Position & Pick<OrgEvent, 'type' | 'projectId'>>(orgId, statement);
  const [row] = rows;
  if (row && isSeen(sightOf(access, new Set([row.type])), row, {})) return row;
  throw new AppError('cursor_expired', `The event ${id} is no longer kept; read everything anew`, {
    field,
    constraint: 'kept',
    days: eventDays,
  });
}

/** The position after the newest event. */
export async function newestPosition(app: App, orgId: string): Promise<Position> {
  const text = `SELECT xid::text, id::text AS seq FROM outbox_events WHERE org_id = $1 AND ${settled} ORDER BY outbox_events.xid DESC, id DESC LIMIT 1`;
  const { rows } = await app.db.tenants.query<{ xid: string; seq: string }>(orgId, {
    name: 'newest event',
    text,
    values: [orgId],
  });
  return rows[0] ?? beginning;
}

export interface Batch {
  events: OrgEvent[];
  /** After the last of them. */
  position: Position;
  /** After how many milliseconds there may be more although nobody wakes: at once after a full batch, soon if a transaction is still open. */
  again: number | undefined;
}

const batchSize = 500;
/** How soon to look for the end of an open transaction, which may write no event and so wake nobody. */
export const openMs = 100;

const reads = new SharedReads<Batch>();

/** The next events of an organization. All who stand at the same position share the read, and see of it what they may. */
export function eventsAfter(app: App, orgId: string, position: Position): Promise<Batch> {
  return reads.get(`${orgId} ${position.xid} ${position.seq}`, () => readAfter(app, orgId, position));
}

async function readAfter(app: App, orgId: string, position: Position): Promise<Batch> {
  const { rows } = await app.db.tenants.query<OrgEvent & { xid: string; seq: string; settled: boolean }>(orgId, {
    name: 'events after',
    text: `SELECT ${eventColumns}, xid::text, id::text AS seq, ${settled} AS settled FROM outbox_events
      WHERE org_id = $1 AND (outbox_events.xid, outbox_events.id) > ($2::xid8, $3::bigint) ORDER BY outbox_events.xid, outbox_events.id LIMIT ${batchSize}`,
    values: [orgId, position.xid, position.seq],
  });
  const open = rows.findIndex((row) => !row.settled);
  const events = open < 0 ? rows : rows.slice(0, open);
  const last = events.at(-1);
  return {
    events,
    position: last ? { xid: last.xid, seq: last.seq } : position,
    again: open >= 0 ? openMs : rows.length === batchSize ? 0 : undefined,
  };
}

/** The resources of a type that changed after the position, with those that an operation works on now. */
export async function changedSince(
  { db }: App,
  { orgId }: Reader,
  type: string,
  { xid, seq }: Position,
): Promise<string[]> {
  const { rows } = await db.tenants.query<{ id: string }>(orgId, {
    name: 'changed since',
    text: `SELECT resource_id AS id FROM outbox_events WHERE org_id = $1 AND (outbox_events.xid, outbox_events.id) > ($3::xid8, $4::bigint) AND resource_type = $2
      UNION SELECT CASE $2 WHEN 'operation' THEN id ELSE resource_id END FROM operations
        WHERE org_id = $1 AND status IN ('queued', 'running') AND $2 IN ('operation', resource_type)`,
    values: [orgId, type, xid, seq],
  });
  return rows.map(({ id }) => id);
}
