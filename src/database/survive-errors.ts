import type { Pool } from 'pg';

/**
 * A connection may break in the moment between the pool, which listens to idle ones, and its borrower: an error that nobody
 * listens to would end the process. Whoever borrowed it hears of it from the next statement.
 */
export function surviveErrors(pool: Pool): void {
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
}
