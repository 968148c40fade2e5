import type { Pool } from 'pg';
import { Semaphore } from '../semaphore.ts';
import { lockSeeds } from './lock-numbers.ts';

/** Locks by name across the processes of the installation. A lock ends with its holder's connection, however that ends. */
export class AdvisoryLocks {
  readonly #pool: Pool;
  readonly #lane: Semaphore;

  /** Holders need a second connection for their work: no more than a part of the pool may wait or hold at once. */
  constructor(pool: Pool, maxConnections: number) {
    this.#pool = pool;
    this.#lane = new Semaphore(Math.max(1, Math.floor(maxConnections / 4)));
  }

  /** Runs the work exclusively for the key. */
  async hold<T>(key: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.#lane.acquire();
    try {
      const connection = await this.#pool.connect();
      let broken: Error | undefined;
      const lost = (error: Error): void => {
        broken = error;
      };
      connection.on('error', lost);
      try {
        await connection.query('BEGIN');
        await connection.query('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [key, lockSeeds.requests]);
        return await work();
      } finally {
        await connection.query('COMMIT').catch(lost);
        connection.off('error', lost);
        connection.release(broken);
      }
    } finally {
      leave();
    }
  }
}
