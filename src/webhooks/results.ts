import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from './post.ts';

/** What an attempt makes of its delivery. */
export interface Result {
  id: string;
  endpointId: string;
  status: 'pending' | 'succeeded' | 'failed';
  tries: number;
  nextAttemptAt: Date | null;
  attempt: Attempt;
}

interface Entry {
  result: Result;
  recorded: () => void;
}

const batchSize = 500;
/** With so many results that are not recorded, nothing more is sent. */
const most = 5000;
/** How many attempts are shown of a delivery. */
const keptAttempts = 20;

const recordText = `WITH results AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[], $5::jsonb[]) AS result (id, status, tries, next_attempt_at, attempt))
  UPDATE webhook_deliveries d SET status = r.status::"WebhookDeliveryStatus", attempt_count = d.attempt_count + 1, tries = r.tries, next_attempt_at = r.next_attempt_at,
    finished_at = CASE WHEN r.status = 'pending' THEN NULL ELSE now() END,
    attempts = (CASE WHEN jsonb_array_length(d.attempts) >= ${keptAttempts} THEN d.attempts - 0 ELSE d.attempts END) || r.attempt
  FROM results r WHERE d.id = r.id AND (d.status = 'pending' OR r.status = 'succeeded')`;
const healthText = `UPDATE webhook_endpoints e SET failing_since = CASE WHEN health.ok THEN NULL ELSE now() END
  FROM unnest($1::uuid[], $2::boolean[]) AS health (id, ok) WHERE e.id = health.id AND health.ok = (e.failing_since IS NOT NULL)`;

/** Records what came of attempts, many in one statement. What was sent and not recorded is sent again. */
export class Results {
  readonly #pool: Pool;
  readonly #log: Logger;
  readonly #entries: Entry[] = [];
  #health = new Map<string, boolean>();
  #flushing: Promise<void> | undefined;
  #stopped = false;

  constructor(pool: Pool, log: Logger) {
    this.#pool = pool;
    this.#log = log;
  }

  get isFull(): boolean {
    return this.#entries.length >= most;
  }

  /** Ends when the result is recorded. */
  add(result: Result): Promise<void> {
    return new Promise((recorded) => {
      this.#entries.push({ result, recorded });
      this.#flushing ??= this.#flushAll();
    });
  }

  /** The endpoint answered well, or fails, and before it did not. */
  changed(endpointId: string, ok: boolean): void {
    this.#health.set(endpointId, ok);
  }

  /** Records what there is; what cannot be recorded now is not. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#flushing;
  }

  async #flushAll(): Promise<void> {
    // What comes in this turn of the event loop belongs to the same batch.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    while (this.#entries.length > 0) {
      const batch = this.#entries.slice(0, batchSize);
      try {
        await this.#flush(batch.map(({ result }) => result));
      } catch (error) {
        this.#log.warn({ err: error }, 'Results of webhooks could not be recorded; it will be retried');
        if (this.#stopped) break;
        await sleep(1000);
        continue;
      }
      this.#entries.splice(0, batch.length);
      for (const { recorded } of batch) recorded();
    }
    this.#flushing = undefined;
  }

  async #flush(results: readonly Result[]): Promise<void> {
    const values = [
      results.map(({ id }) => id),
      results.map(({ status }) => status),
      results.map(({ tries }) => tries),
      results.map(({ nextAttemptAt }) => nextAttemptAt),
      results.map(({ attempt }) => JSON.stringify(attempt)),
    ];
    await this.#pool.query({ name: 'record webhook results', text: recordText, values });
    if (this.#health.size === 0) return;
    const health = this.#health;
    this.#health = new Map();
    await this.#pool.query(healthText, [[...health.keys()], [...health.values()]]).catch((error: unknown) => {
      this.#health = new Map([...health, ...this.#health]);
      throw error;
    });
  }
}
