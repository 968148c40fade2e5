import type { Readable } from 'node:stream';
import pg from 'pg';
import { itself } from '../access/access.ts';
import { writeEntry } from '../audit/entry.ts';
import { connecting } from '../database/connecting.ts';
import { openDatabase } from '../database/database.ts';
import { applyMigration, beginMigrating, knownMigrations, migrate } from '../database/migrate.ts';
import { newId } from '../ids.ts';
import { recheckRestored } from '../instances/index.ts';
import { endRestored } from '../operations/restored.ts';
import { MasterKeys } from '../secrets/master-keys.ts';
import { BackupError } from './backup-error.ts';
import { type Head, type Manifest, type Part, readBackup } from './format.ts';
import { placeKeys } from './key-files.ts';
import { passTransactions, renumberTransactions } from './restored-xids.ts';
import { TableWriter } from './table-writer.ts';
import { quoted, type Table, tablesOf } from './tables.ts';

export interface Restoration {
  databaseUrl: string;
  dataDir: string;
  /** SSH_ENCRYPTION_KEY, where the environment has it. */
  encryptionKey: string | undefined;
  source: Readable;
  passphrase: string;
}

export interface Restored {
  head: Head;
  rows: number;
  /** Operations that were under way when the backup was made. */
  operations: number;
  /** The files that the keys were written to; none where the environment has them. */
  keyFiles: string[];
}

async function requireEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT c.relname::text AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations' UNION ALL SELECT 'pgboss' FROM pg_namespace WHERE nspname = 'pgboss' LIMIT 1",
  );
  if (rows.length > 0)
    throw new BackupError(
      `The database is not empty (it has ${rows[0]?.name}): restore into a new database, or into an empty DATA_DIR`,
    );
}

/** Brings an empty database to the schema that the backup's database had. */
async function migrateTo(client: pg.Client, wanted: Head['migrations']): Promise<void> {
  const known = new Map((await knownMigrations()).map((migration) => [migration.name, migration]));
  const unknown = wanted.find(({ name }) => !known.has(name));
  if (unknown)
    throw new BackupError(
      `A newer oCore made this backup (with the migration ${unknown.name}): restore it with that version or a later one`,
    );
  for (const { name, checksum } of wanted) {
    const migration = known.get(name);
    if (migration?.checksum !== checksum)
      throw new BackupError(`The migration ${name} was another one when the backup was made`);
    await applyMigration(client, migration);
  }
}

/** Triggers are for what happens, not for what is brought back; and what migrations wrote is in the backup as well. */
async function prepareTables(client: pg.Client, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) {
    await client.query(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
    const { rowCount } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    if (rowCount !== 0) await client.query(`TRUNCATE ${quoted(name)} CASCADE`);
  }
}

async function copyIn(client: pg.Client, parts: AsyncIterable<Part>): Promise<Manifest> {
  const tables = await tablesOf(client);
  const known = new Map(tables.map((table) => [table.name, table]));
  await prepareTables(client, tables);
  const writer = new TableWriter(client);
  try {
    for await (const part of parts) {
      if (part.kind === 'table') {
        const missing = part.columns.find((column) => !known.get(part.table)?.columns.includes(column));
        if (missing !== undefined)
          throw new BackupError(`${part.table}.${missing} is in the backup, but not in the schema of its migrations`);
        await writer.begin(part.table, part.columns);
      } else if (part.kind === 'block') await writer.write(part.content);
      else if (part.kind === 'manifest') {
        await writer.end();
        return part.manifest;
      }
    }
  } catch (error) {
    writer.abandon();
    throw error;
  }
  throw new BackupError('The backup is not complete: its end is missing');
}

async function headOf(parts: AsyncGenerator<Part>): Promise<Head> {
  const { value } = await parts.next();
  if (value?.kind !== 'head') throw new BackupError('The backup is not complete: its beginning is missing');
  return value.head;
}

/** That the keys of the backup open what its rows are sealed with: found out now, not at the first request. */
async function requireKeys(client: pg.Client, keys: Head['keys']): Promise<void> {
  const masters = new MasterKeys(keys.current, keys.previous);
  const { rows } = await client.query<{ id: string; wrapped: string }>('SELECT id, wrapped FROM data_keys');
  for (const { id, wrapped } of rows) masters.unwrap(id, wrapped);
}

/** What another moment and another machine make of the rows. */
async function settleRows(
  client: pg.Client,
  backupId: string,
): Promise<{ operations: number; lastXid: string | null }> {
  const operations = await endRestored(client);
  await recheckRestored(client);
  await client.query(
    `UPDATE system_backups SET finished_at = now(), status = CASE WHEN id = $1 THEN 'completed' ELSE 'failed' END::system_backup_status,
      error = CASE WHEN id = $1 THEN NULL ELSE 'oCore was restored from a backup meanwhile' END WHERE status = 'running'`,
    [backupId],
  );
  return { operations, lastXid: await renumberTransactions(client) };
}

/**
 * Restores an installation into an empty database, in one transaction: a file that is damaged, cut off or of another
 * passphrase changes nothing. Nothing runs afterwards; whoever starts the program gets the rest going.
 */
export async function restore(given: Restoration): Promise<Restored> {
  const parts = readBackup(given.source, given.passphrase);
  const client = new pg.Client({ connectionString: given.databaseUrl, ...connecting });
  // Whoever waits for a statement hears of a lost connection.
  client.on('error', () => {});
  await client.connect();
  let undo = async (): Promise<void> => {};
  try {
    const head = await headOf(parts);
    await client.query("SET statement_timeout = 0; SET search_path = public; SET client_encoding = 'UTF8'");
    await client.query('BEGIN');
    await requireEmpty(client);
    await beginMigrating(client);
    await client.query('TRUNCATE _prisma_migrations');
    await migrateTo(client, head.migrations);
    const manifest = await copyIn(client, parts);
    for (const { name, value } of manifest.sequences)
      await client.query('SELECT setval($1::regclass, $2::bigint, true)', [quoted(name), value]);
    await requireKeys(client, head.keys);
    const { operations, lastXid } = await settleRows(client, head.id);
    for (const { name } of await tablesOf(client))
      await client.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
    const keys = await placeKeys(given.dataDir, head.keys, given.encryptionKey);
    undo = keys.undo;
    await client.query('COMMIT');
    undo = async () => {};
    await passTransactions(client, lastXid);
    await client.query('ANALYZE');
    await client.end();
    await migrate(given.databaseUrl);
    await recordRestored(given.databaseUrl, head, operations);
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    return { head, rows, operations, keyFiles: keys.written };
  } catch (error) {
    await undo();
    throw error;
  } finally {
    given.source.destroy();
    // Without a COMMIT, the end of the connection takes everything back.
    await client.end().catch(() => {});
  }
}

async function recordRestored(databaseUrl: string, head: Head, operations: number): Promise<void> {
  const db = openDatabase(databaseUrl, 4, () => {});
  try {
    await writeEntry(
      db.prisma,
      { requestId: `restore_${newId()}`, ipAddress: null, userAgent: null },
      {
        orgId: null,
        action: 'system.restored',
        resourceType: 'system_backup',
        resourceId: head.id,
        resourceName: null,
        actor: itself,
        after: { madeAt: head.createdAt, operations },
      },
    );
  } finally {
    await db.close();
  }
}
