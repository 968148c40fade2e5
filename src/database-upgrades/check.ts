import { countRows, databaseName, dumpedTables, namesOf, type Site, sql } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { extensionsOf } from './load.ts';

/** Counting and analysing large tables takes its time. */
const longMs = 6 * 3600_000;

/** Throws unless the new database has the rows and the extensions of the old one; then reads what the planner needs. */
export async function checkTwin(
  { signal, log }: Pick<StepContext<unknown>, 'signal' | 'log'>,
  site: Site,
  twin: Site,
  rows: Readonly<Record<string, number>>,
): Promise<string> {
  const { host, instance } = twin;
  const name = databaseName(instance.slug);
  const container = namesOf(instance.id).database;
  const found = await countRows(host, { container, database: name, of: dumpedTables }, signal, longMs);
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
