import type pg from 'pg';
import { to } from 'pg-copy-streams';
import type { Entry } from './archive.ts';
import { blockName, columnsName, type Head, headName, type Manifest, manifestName, TableSum } from './format.ts';
import { quoted, tablesOf } from './tables.ts';

const blockBytes = 1024 * 1024;

/** Gathers small chunks, so that a table has few entries. */
async function* inBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    size += chunk.length;
    if (size < blockBytes) continue;
    yield Buffer.concat(kept);
    [kept, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(kept);
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

/**
 * Everything that the database has at one moment, as the entries of a backup: one snapshot over all tables, by COPY. pg-boss's
 * tables are not among it: a job says nothing that its operation does not.
 */
export async function* dump(client: pg.Client, about: Omit<Head, 'migrations'>): AsyncGenerator<Entry> {
  // A policy would leave rows out in silence; so it is an error instead.
  await client.query(`SET row_security = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    SET client_encoding = 'UTF8'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET bytea_output = 'hex';
    SET extra_float_digits = 3; SET search_path = public`);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const migrations = await client.query<Head['migrations'][number]>(
    'SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name',
  );
  const head: Head = { ...about, migrations: migrations.rows };
  yield { name: headName, content: json(head) };
  const tables: Manifest['tables'] = [];
  for (const { name, columns } of await tablesOf(client)) {
    yield { name: columnsName(name), content: json(columns) };
    const sum = new TableSum(name, columns);
    const rows = client.query(to(`COPY ${quoted(name)} (${columns.map(quoted).join(', ')}) TO STDOUT`));
    let number = 0;
    for await (const content of inBlocks(rows)) {
      number += 1;
      sum.add(content);
      yield { name: blockName(name, number), content };
    }
    tables.push(sum.done());
  }
  // A sequence stands outside of transactions: it is never behind the snapshot.
  const sequences = await client.query<Manifest['sequences'][number]>(
    "SELECT sequencename::text AS name, last_value::text AS value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1",
  );
  await client.query('COMMIT');
  const manifest: Manifest = { tables, sequences: sequences.rows };
  yield { name: manifestName, content: json(manifest) };
}
