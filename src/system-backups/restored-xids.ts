import type pg from 'pg';
import { quoted } from './tables.ts';

/**
 * Events are read in the order of the transactions that wrote them, whose numbers are the database server's own: on another
 * one, what was restored would stand in the future. It is numbered anew in the same order, from 3; answers the last number.
 */
export async function renumberTransactions(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ table: string; column: string }>(
    "SELECT table_name::text AS table, column_name::text AS column FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'xid8'",
  );
  if (rows.length === 0) return null;
  const all = rows.map(({ table, column }) => `SELECT ${quoted(column)} AS xid FROM ${quoted(table)}`).join(' UNION ');
  await client.query(
    `CREATE TEMPORARY TABLE restored_xids ON COMMIT DROP AS SELECT xid AS former, (2 + dense_rank() OVER (ORDER BY xid))::text::xid8 AS number FROM (SELECT DISTINCT xid FROM (${all}) given WHERE xid IS NOT NULL) xids`,
  );
  await client.query('CREATE UNIQUE INDEX ON restored_xids (former); ANALYZE restored_xids');
  for (const { table, column } of rows)
    await client.query(
      `UPDATE ${quoted(table)} SET ${quoted(column)} = number FROM restored_xids WHERE former = ${quoted(table)}.${quoted(column)}`,
    );
  const last = await client.query<{ last: string | null }>('SELECT max(number)::text AS last FROM restored_xids');
  return last.rows[0]?.last ?? null;
}

/** Uses numbers up until those of new transactions are higher than those of the restored. */
export async function passTransactions(client: pg.Client, last: string | null): Promise<void> {
  if (last === null || !/^\d+$/.test(last)) return;
  await client.query('SET synchronous_commit = off');
  await client.query(
    `DO $$ BEGIN WHILE pg_current_xact_id() <= '${last}'::xid8 LOOP COMMIT; END LOOP; END $$ LANGUAGE plpgsql`,
  );
  await client.query('RESET synchronous_commit');
}
