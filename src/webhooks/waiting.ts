import type { Pool } from 'pg';
import { eventColumnsOf, type OrgEvent } from '../events/read.ts';

/** A delivery that waits, with its event; null where that is no longer kept. */
export interface Waiting {
  id: string;
  seq: bigint;
  endpointId: string;
  resourceId: string;
  tries: number;
  dueAt: number;
  event: OrgEvent | null;
}

/** `id` is that of the event. */
type Row = Omit<OrgEvent, 'id'> & {
  id: string | null;
  deliveryId: string;
  seq: string;
  endpointId: string;
  laneOf: string;
  tries: number;
  nextAttemptAt: Date | null;
};

const columns = `d.id AS "deliveryId", d.seq::text, d.endpoint_id AS "endpointId", d.resource_id AS "laneOf", d.tries, d.next_attempt_at AS "nextAttemptAt", ${eventColumnsOf('e')}`;

function waitingOf({ deliveryId, seq, endpointId, laneOf, tries, nextAttemptAt, id, ...event }: Row): Waiting {
  return {
    id: deliveryId,
    seq: BigInt(seq),
    endpointId,
    resourceId: laneOf,
    tries,
    dueAt: nextAttemptAt?.getTime() ?? 0,
    event: id === null ? null : { ...event, id },
  };
}

/** What comes next for endpoints, each after the number where its reader stands. */
export async function readAfter(
  pool: Pool,
  asked: readonly { endpointId: string; after: bigint }[],
  most: number,
): Promise<Waiting[]> {
  const { rows } = await pool.query<Row>({
    name: 'webhook deliveries after',
    text: `SELECT ${columns} FROM unnest($1::uuid[], $2::bigint[]) AS asked (endpoint_id, after)
      CROSS JOIN LATERAL (SELECT * FROM webhook_deliveries w WHERE w.endpoint_id = asked.endpoint_id AND w.seq > asked.after AND w.status = 'pending' ORDER BY w.seq LIMIT $3) d
      LEFT JOIN outbox_events e ON e.event_id = d.event_id ORDER BY d.seq`,
    values: [asked.map(({ endpointId }) => endpointId), asked.map(({ after }) => String(after)), most],
  });
  return rows.map(waitingOf);
}

/** What comes next for single resources of endpoints. */
export async function readLanes(
  pool: Pool,
  asked: readonly { endpointId: string; resourceId: string; after: bigint }[],
  most: number,
): Promise<Waiting[]> {
  const { rows } = await pool.query<Row>({
    name: 'webhook lanes',
    text: `SELECT ${columns} FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS asked (endpoint_id, resource_id, after)
      CROSS JOIN LATERAL (SELECT * FROM webhook_deliveries w WHERE w.endpoint_id = asked.endpoint_id AND w.resource_id = asked.resource_id AND w.seq > asked.after AND w.status = 'pending' ORDER BY w.seq LIMIT $4) d
      LEFT JOIN outbox_events e ON e.event_id = d.event_id ORDER BY d.seq`,
    values: [
      asked.map(({ endpointId }) => endpointId),
      asked.map(({ resourceId }) => resourceId),
      asked.map(({ after }) => String(after)),
      most,
    ],
  });
  return rows.map(waitingOf);
}

/** The resources whose first waiting delivery is one that is tried again, and when. */
export async function readRetries(
  pool: Pool,
  endpointIds: readonly string[],
): Promise<{ endpointId: string; resourceId: string; dueAt: Date }[]> {
  const { rows } = await pool.query<{ endpointId: string; resourceId: string; dueAt: Date }>({
    name: 'webhook retries',
    text: `SELECT DISTINCT ON (endpoint_id, resource_id) endpoint_id AS "endpointId", resource_id AS "resourceId", next_attempt_at AS "dueAt"
      FROM webhook_deliveries WHERE endpoint_id = ANY($1::uuid[]) AND status = 'pending' AND next_attempt_at IS NOT NULL ORDER BY endpoint_id, resource_id, seq`,
    values: [endpointIds],
  });
  return rows;
}
