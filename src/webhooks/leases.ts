import type { Pool } from 'pg';

/** An endpoint that this worker sends to, for as long as its lease lasts. */
export interface Held {
  endpointId: string;
  wakes: string;
  version: string;
}

const heldColumns = 'endpoint_id AS "endpointId", wakes::text, version::text';

/** The most endpoints that a worker holds. */
export const mostHeld = 2000;

/** The leases of a worker. A worker that dies leaves leases that expire; then others take its endpoints over. */
export class Leases {
  readonly #pool: Pool;
  readonly #owner: string;
  readonly #seconds: number;

  constructor(pool: Pool, owner: string, seconds: number) {
    this.#pool = pool;
    this.#owner = owner;
    this.#seconds = seconds;
  }

  /** Takes endpoints for which something is due, and which nobody holds. */
  async claim(most: number): Promise<Held[]> {
    const { rows } = await this.#pool.query<Held>({
      name: 'claim webhook queues',
      text: `UPDATE webhook_queues SET lease_owner = $1::uuid, lease_until = now() + $2 * interval '1 second' WHERE endpoint_id IN (
          SELECT endpoint_id FROM webhook_queues WHERE wake_at <= now() AND (lease_until IS NULL OR lease_until < now()) ORDER BY wake_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING ${heldColumns}`,
      values: [this.#owner, this.#seconds, most],
    });
    return rows;
  }

  /** What is still held; with `renew`, for a whole lease from now on. */
  async held(renew: boolean): Promise<Held[]> {
    const values = renew ? [this.#owner, this.#seconds] : [this.#owner];
    const where = 'WHERE lease_owner = $1::uuid AND lease_until > now()';
    // Whoever changes several rows takes them in the order of their ids, so that nobody waits for each other.
    const mine = `SELECT endpoint_id FROM webhook_queues ${where} ORDER BY endpoint_id FOR UPDATE`;
    const { rows } = await this.#pool.query<Held>(
      renew
        ? {
            name: 'renew webhook queues',
            text: `UPDATE webhook_queues SET lease_until = now() + $2 * interval '1 second' WHERE endpoint_id IN (${mine}) RETURNING ${heldColumns}`,
            values,
          }
        : { name: 'held webhook queues', text: `SELECT ${heldColumns} FROM webhook_queues ${where}`, values },
    );
    return rows;
  }

  /** Gives an endpoint back until the time, unless something came for it meanwhile. */
  async release({ endpointId, wakes, version }: Held, wakeAt: Date | null): Promise<void> {
    await this.#pool.query(
      `UPDATE webhook_queues SET lease_owner = NULL, lease_until = NULL, wake_at = CASE WHEN wakes = $3 AND version = $4 THEN $5 ELSE now() END
       WHERE endpoint_id = $1::uuid AND lease_owner = $2::uuid`,
      [endpointId, this.#owner, wakes, version, wakeAt],
    );
  }

  /** Gives everything back: another worker goes on at once. */
  async releaseAll(): Promise<void> {
    await this.#pool.query(
      `WITH given AS (UPDATE webhook_queues SET lease_owner = NULL, lease_until = NULL, wake_at = now() WHERE endpoint_id IN (
          SELECT endpoint_id FROM webhook_queues WHERE lease_owner = $1::uuid ORDER BY endpoint_id FOR UPDATE) RETURNING 1)
       SELECT pg_notify('ocore', '{"topic":"webhooks"}') FROM given LIMIT 1`,
      [this.#owner],
    );
  }
}
