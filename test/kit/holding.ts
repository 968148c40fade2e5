import pg from 'pg';
import type { Ocore } from './ocore.ts';

/** Holds a table or a row while `during` runs, as a slow statement would. */
export async function holding(
  ocore: Ocore,
  lock: string,
  values: unknown[],
  during: (release: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: ocore.running.databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(lock, values);
    await during(async () => {
      await client.query('COMMIT');
    });
  } finally {
    await client.end();
  }
}

/** Waits for what another process or statement does; the test's own time limit ends it. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()))
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
}

/** How many statements wait for a lock. */
export async function waiting(ocore: Ocore): Promise<number> {
  return (
    await ocore.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
  ).length;
}
