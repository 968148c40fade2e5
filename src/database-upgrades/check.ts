import { z } from 'zod';
import { databaseName, type Site, sql } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { extensionsOf } from './load.ts';

/** Counting and analysing large tables takes its time. */
const longMs = 6 * 3600_000;
const counted = z.record(z.string(), z.number());

/** The rows of every table, one line each; as dumps count them. */
const count = `
  SELECT format('SELECT json_build_object(%L, count(*)) FROM ONLY %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY c.oid
  \\gexec`;

/** Throws unless the new database has the rows and the extensions of the old one; then reads what the planner needs. */
export async function checkTwin(
  { signal, log }: Pick<StepContext<unknown>, 'signal' | 'log'>,
  site: Site,
  twin: Site,
  rows: Readonly<Record<string, number>>,
): Promise<string> {
  const { host, instance } = twin;
  const name = databaseName(instance.slug);
  const said = await sql(host, instance, name, count, signal, longMs);
  const found: Record<string, number> = {};
  for (const line of said.split('\n').filter((one) => one.startsWith('{')))
    Object.assign(found, counted.parse(JSON.parse(line)));
  const tables = [...new Set([...Object.keys(rows), ...Object.keys(found)])];
  const wrong = tables
    .filter((table) => rows[table] !== found[table])
    .map((table) => `${table} has ${found[table] ?? 'no'} rows instead of ${rows[table] ?? 'none'}`);
  const extensions = (await extensionsOf(twin, signal)).map((one) => one.name);
  const missing = (await extensionsOf(site, signal)).filter((one) => !extensions.includes(one.name));
  wrong.push(...missing.map((one) => `the extension ${one.name} is missing`));
  if (wrong.length > 0)
    throw new StepError(
      'database_upgrade_failed',
      `The new database is not what was dumped: ${wrong.slice(0, 10).join('; ')}`,
      'Try again. If it happens again, check the disk of the server.',
    );
  log('info', `${tables.length} tables have the rows of the dump, and ${extensions.length} extensions are there`);
  await sql(host, instance, name, 'ANALYZE;', signal, longMs);
  return `${tables.length} tables have their rows, and were analysed`;
}
