import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { newId } from '../ids.ts';
import { connecting } from './connecting.ts';
import { lockNumbers } from './lock-numbers.ts';

const folder = new URL('../../prisma/migrations/', import.meta.url);

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** What `prisma/migrations` has, in the order in which it is applied. */
export async function knownMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Waits for its turn among processes that start at once, and makes the table in which Prisma, too, records migrations. */
export async function beginMigrating(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [lockNumbers.migrations]);
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
      logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`);
}

/** Applies one in the transaction at hand. */
export async function applyMigration(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query(sql);
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
    [newId(), checksum, name],
  );
}

/**
 * Applies what is missing of `prisma/migrations`, each file in a transaction of its own, and records it in Prisma's own
 * table, so that `prisma migrate deploy` sees the same history. Several processes may start at once: one works, the
 * others wait. Returns the names applied.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, ...connecting });
  await client.connect();
  try {
    await beginMigrating(client);
    const done = await client.query<{ migration_name: string; checksum: string }>(
      'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const known = new Map(done.rows.map((row) => [row.migration_name, row.checksum]));
    const applied: string[] = [];
    for (const migration of await knownMigrations()) {
      const before = known.get(migration.name);
      if (before === migration.checksum) continue;
      if (before !== undefined) throw new Error(`Migration ${migration.name} was changed after it had been applied`);
      await client.query('BEGIN');
      await applyMigration(client, migration);
      await client.query('COMMIT');
      applied.push(migration.name);
    }
    return applied;
  } finally {
    await client.end();
  }
}
