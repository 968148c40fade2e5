import type { Pool } from 'pg';
import type { Logger } from 'pino';

export const windowSeconds = 60;
const exchangeMs = 250;
/** Attackers have millions of addresses; what is forgotten first is what was counted first. */
const maxCounters = 50_000;

interface Counter {
  /** What all processes together had at the last exchange. */
  shared: number;
  /** What this process has counted since. */
  unsent: number;
}

interface Row {
  key: string;
  window_number: number;
  points: number;
}

// In the order of the keys, so that two processes never wait for each other.
const text = `
  INSERT INTO request_counters AS c (key, window_number, points) SELECT key, $3::int, points FROM unnest($1::text[], $2::int[]) AS given(key, points) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET window_number = greatest(c.window_number, excluded.window_number),
    points = CASE WHEN c.window_number = excluded.window_number THEN c.points + excluded.points WHEN c.window_number < excluded.window_number THEN excluded.points ELSE c.points END
  RETURNING key, window_number, points`;

/**
 * Counters of the present minute that all gateway processes share. Counting is a matter of this process's memory; what
 * was counted is added to the database, and the sum read back, in one statement every 250 ms. A key that has used less
 * than a twentieth of its quota is not exchanged: a flood from a million addresses stays out of the database.
 */
export class SharedCounters {
  readonly #pool: Pool;
  readonly #log: Logger;
  #window = 0;
  #counters = new Map<string, Counter>();
  #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #exchanging: Promise<void> | undefined;
  #failed = false;

  constructor(pool: Pool, log: Logger) {
    this.#pool = pool;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#exchanging ??= this.#exchange().finally(() => {
        this.#exchanging = undefined;
      });
    }, exchangeMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#exchanging;
  }

  /** Counts the points unless the quota is used up, and gives what was used before. */
  take(key: string, points: number, quota: number): number {
    this.#turn();
    let counter = this.#counters.get(key);
    if (!counter) {
      counter = { shared: 0, unsent: 0 };
      if (this.#counters.size >= maxCounters)
        for (const oldest of this.#counters.keys()) {
          this.#counters.delete(oldest);
          this.#dirty.delete(oldest);
          break;
        }
      this.#counters.set(key, counter);
    }
    const used = counter.shared + counter.unsent;
    if (used >= quota) return used;
    counter.unsent += points;
    if (used + points >= quota / 20) this.#dirty.add(key);
    return used;
  }

  /** What was used so far, without counting anything. */
  used(key: string): number {
    this.#turn();
    const counter = this.#counters.get(key);
    return counter ? counter.shared + counter.unsent : 0;
  }

  /** Seconds until the counters reset. */
  get secondsLeft(): number {
    return windowSeconds - ((Date.now() / 1000) % windowSeconds);
  }

  #turn(): void {
    const now = Math.floor(Date.now() / 1000 / windowSeconds);
    if (now === this.#window) return;
    this.#window = now;
    this.#counters = new Map();
    this.#dirty = new Set();
    // Rows of past minutes are of no use to anybody.
    if (this.#timer)
      this.#pool.query('DELETE FROM request_counters WHERE window_number < $1', [now - 1]).catch(() => {});
  }

  async #exchange(): Promise<void> {
    this.#turn();
    if (this.#dirty.size === 0) return;
    const window = this.#window;
    const sent = new Map<string, number>();
    for (const key of this.#dirty) sent.set(key, this.#counters.get(key)?.unsent ?? 0);
    this.#dirty.clear();
    try {
      const { rows } = await this.#pool.query<Row>({
        name: 'request counters',
        text,
        values: [[...sent.keys()], [...sent.values()], window],
      });
      this.#failed = false;
      if (window !== this.#window) return;
      for (const row of rows) {
        const counter = this.#counters.get(row.key);
        if (!counter || row.window_number !== window) continue;
        counter.unsent -= sent.get(row.key) ?? 0;
        counter.shared = row.points;
      }
    } catch (error) {
      // Each process goes on counting for itself until the database is back.
      if (window === this.#window) for (const key of sent.keys()) this.#dirty.add(key);
      if (!this.#failed) this.#log.warn({ err: error }, 'The request counters could not be exchanged');
      this.#failed = true;
    }
  }
}
