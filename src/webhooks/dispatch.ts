import type { PoolClient } from 'pg';
import type { App } from '../app.ts';
import { settled } from '../events/read.ts';
import { newId } from '../ids.ts';
import { type Told, typesTold } from './told.ts';

interface EventRow {
  xid: string;
  seq: string;
  id: string;
  orgId: string;
  projectId: string | null;
  type: string;
  resourceId: string;
  settled: boolean;
}

interface EndpointRow extends Told {
  id: string;
  orgId: string;
  since: string;
}

/** Deliveries as columns, for one statement. */
interface Columns {
  ids: string[];
  orgIds: string[];
  endpointIds: string[];
  eventIds: string[];
  types: string[];
  projectIds: (string | null)[];
  resourceIds: string[];
}

const batchSize = 500;

/**
 * In a database that was restored on another server, transactions are numbered anew, and all that was restored is moved to
 * the beginning (`src/orgs/retention.ts`): so is a position that has a number of the future.
 */
const lockText =
  "SELECT CASE WHEN xid < pg_snapshot_xmax(pg_current_snapshot()) THEN xid::text ELSE '3' END AS xid, seq::text FROM webhook_position FOR UPDATE";
const eventsText = `SELECT outbox_events.xid::text, outbox_events.id::text AS seq, event_id AS id, org_id AS "orgId", project_id AS "projectId", type, resource_id AS "resourceId", ${settled} AS settled
  FROM outbox_events WHERE (outbox_events.xid, outbox_events.id) > ($1::xid8, $2::bigint) ORDER BY outbox_events.xid, outbox_events.id LIMIT ${batchSize}`;
/** After such a restoration every event is a later one. */
const endpointsText = `SELECT id, org_id AS "orgId", events, permissions, project_ids AS "projectIds", CASE WHEN since < pg_snapshot_xmax(pg_current_snapshot()) THEN since::text ELSE '0' END AS since
  FROM webhook_endpoints WHERE org_id = ANY($1::uuid[]) AND active ORDER BY id`;
const insertText = `WITH added AS (
    INSERT INTO webhook_deliveries (id, org_id, endpoint_id, event_id, event_type, project_id, resource_id)
    SELECT id, org_id, endpoint_id, event_id, event_type, project_id, resource_id
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[]) WITH ORDINALITY AS new (id, org_id, endpoint_id, event_id, event_type, project_id, resource_id, place)
    ORDER BY place),
  locked AS (SELECT endpoint_id FROM webhook_queues WHERE endpoint_id = ANY($3::uuid[]) ORDER BY endpoint_id FOR UPDATE),
  woken AS (UPDATE webhook_queues q SET wakes = wakes + 1, wake_at = least(wake_at, now()) FROM locked WHERE q.endpoint_id = locked.endpoint_id RETURNING 1)
  SELECT pg_notify('ocore', '{"topic":"webhooks"}') FROM woken LIMIT 1`;
const moveText = 'UPDATE webhook_position SET xid = $1::xid8, seq = $2::bigint';

/** A test is for its own endpoint, whatever that asks for. */
function isTold(endpoint: EndpointRow, event: EventRow): boolean {
  if (endpoint.orgId !== event.orgId || BigInt(event.xid) < BigInt(endpoint.since)) return false;
  if (event.type === 'webhook_endpoint.tested' && event.resourceId === endpoint.id) return true;
  if (endpoint.projectIds.length > 0 && !(event.projectId !== null && endpoint.projectIds.includes(event.projectId)))
    return false;
  return typesTold(endpoint).has(event.type);
}

function columnsOf(events: readonly EventRow[], endpoints: readonly EndpointRow[]): Columns {
  const all: Columns = {
    ids: [],
    orgIds: [],
    endpointIds: [],
    eventIds: [],
    types: [],
    projectIds: [],
    resourceIds: [],
  };
  for (const event of events) {
    for (const endpoint of endpoints) {
      if (!isTold(endpoint, event)) continue;
      all.ids.push(newId());
      all.orgIds.push(event.orgId);
      all.endpointIds.push(endpoint.id);
      all.eventIds.push(event.id);
      all.types.push(event.type);
      all.projectIds.push(event.projectId);
      all.resourceIds.push(event.resourceId);
    }
  }
  return all;
}

export interface Dispatched {
  /** Whether there may be more at once. */
  more: boolean;
  /** Whether a transaction is still open that may have written earlier events. */
  open: boolean;
}

async function dispatch(client: PoolClient): Promise<Dispatched> {
  // One worker at a time: deliveries then get their numbers in the order of the events, and become visible in it.
  const locked = await client.query<{ xid: string; seq: string }>({ name: 'webhook position', text: lockText });
  const [position] = locked.rows;
  if (!position) throw new Error('The position of webhooks in the events is missing');
  const { rows } = await client.query<EventRow>({
    name: 'events for webhooks',
    text: eventsText,
    values: [position.xid, position.seq],
  });
  const open = rows.findIndex((row) => !row.settled);
  const events = open < 0 ? rows : rows.slice(0, open);
  const last = events.at(-1);
  if (!last) return { more: false, open: open >= 0 };
  const endpoints = await client.query<EndpointRow>({
    name: 'endpoints of organizations',
    text: endpointsText,
    values: [[...new Set(events.map(({ orgId }) => orgId))]],
  });
  const { ids, orgIds, endpointIds, eventIds, types, projectIds, resourceIds } = columnsOf(events, endpoints.rows);
  if (ids.length > 0) {
    const values = [ids, orgIds, endpointIds, eventIds, types, projectIds, resourceIds];
    await client.query({ name: 'add deliveries', text: insertText, values });
  }
  await client.query({ name: 'move webhook position', text: moveText, values: [last.xid, last.seq] });
  return { more: open < 0 && rows.length === batchSize, open: open >= 0 };
}

/** Makes deliveries of the next events. They and the new position commit together: an event is neither missed nor doubled. */
export async function dispatchEvents({ db }: App): Promise<Dispatched> {
  const client = await db.pool.connect();
  try {
    await client.query('BEGIN');
    const result = await dispatch(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
