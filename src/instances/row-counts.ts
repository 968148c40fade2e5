import { z } from 'zod';
import type { RemoteHost } from '../remote/index.ts';
import { sqlIn } from './sql.ts';

const counted = z.record(z.string(), z.number());

/** Of a query: the tables of a database, as `c` with the schema `n`. */
export const allTables = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`;

/** Those of which a dump has the rows: an extension brings its own. */
export const dumpedTables = `${allTables}
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** The rows of each table of a database that a container serves, by schema and name. */
export async function countRows(
  host: RemoteHost,
  { container, database, of }: { container: string; database: string; of: string },
  signal: AbortSignal,
  ms: number,
): Promise<Record<string, number>> {
  const count = `
  SELECT format('SELECT json_build_object(%L, count(*)) FROM ONLY %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
  ${of} ORDER BY c.oid
  \\gexec`;
  const rows: Record<string, number> = {};
  for (const line of (await sqlIn(host, container, database, count, signal, ms)).split('\n'))
    if (line.startsWith('{')) Object.assign(rows, counted.parse(JSON.parse(line)));
  return rows;
}
