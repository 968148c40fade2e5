import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import {
  databaseName,
  instanceResource,
  namesOf,
  type Site,
  siteOf,
  sql,
  waitForPostgres,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { execInContainer, inOneLine } from '../remote/index.ts';
import { maintainDatabaseKind } from './kinds.ts';

type Input = z.infer<typeof maintainDatabaseKind.input>;
type Table = Input['tables'][number];

const longestTableMs = 6 * 3600_000;
const tablesShape = z
  .array(z.object({ schema: z.string().min(1).max(63), name: z.string().min(1).max(63) }))
  .max(20_000);

/** An identifier as PostgreSQL reads it; within its quotes psql knows no commands. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const pathOf = ({ schema, name }: Table): string => `${quoted(schema)}.${quoted(name)}`;
const shownOf = ({ schema, name }: Table): string => `${schema}.${name}`;

const statements: Readonly<Record<Input['action'], (table: string) => string>> = {
  vacuum: (table) => `VACUUM ${table};`,
  vacuum_analyze: (table) => `VACUUM (ANALYZE) ${table};`,
  analyze: (table) => `ANALYZE ${table};`,
  reindex: (table) => `REINDEX TABLE CONCURRENTLY ${table};`,
};

/** By it the work of this operation is found again: what a worker that is gone has begun goes on without it. */
const applicationOf = ({ operation }: Pick<StepContext<unknown>, 'operation'>): string => `ocore-${operation.id}`;

async function allTables({ signal }: StepContext<Input>, { host, instance }: Site): Promise<Table[]> {
  const said = await sql(
    host,
    instance,
    databaseName(instance.slug),
    `SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname) ORDER BY pg_total_relation_size(c.oid), c.oid), '[]')
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_';`,
    signal,
  );
  return said === '' ? [] : tablesShape.parse(JSON.parse(said));
}

/** Ends what this operation has left running in PostgreSQL, and takes away indexes that a REINDEX left half made. */
async function clear(context: StepContext<Input>, { host, instance }: Site): Promise<void> {
  const { signal, input } = context;
  await sql(
    host,
    instance,
    'postgres',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${applicationOf(context)}';
     SELECT pg_sleep(0.2) WHERE EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = '${applicationOf(context)}');`,
    signal,
  );
  if (input.action !== 'reindex') return;
  await sql(
    host,
    instance,
    databaseName(instance.slug),
    `SELECT format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I', n.nspname, c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND n.nspname !~ '^pg_' \\gexec\n`,
    signal,
  );
}

/** How far the statement is that runs, from 0 to 1. */
async function fractionOf(context: StepContext<Input>, { host, instance }: Site): Promise<number> {
  const mine = `(SELECT pid FROM pg_stat_activity WHERE application_name = '${applicationOf(context)}')`;
  const said = await sql(
    host,
    instance,
    databaseName(instance.slug),
    `SELECT coalesce(max(done), 0) FROM (
       SELECT heap_blks_scanned::float / nullif(heap_blks_total, 0) AS done FROM pg_stat_progress_vacuum WHERE pid IN ${mine} UNION ALL
       SELECT sample_blks_scanned::float / nullif(sample_blks_total, 0) FROM pg_stat_progress_analyze WHERE pid IN ${mine} UNION ALL
       SELECT blocks_done::float / nullif(blocks_total, 0) FROM pg_stat_progress_create_index WHERE pid IN ${mine}) p;`,
    context.signal,
  );
  return Math.min(1, Math.max(0, Number(said) || 0));
}

async function maintain(context: StepContext<Input>, { host, instance }: Site, table: Table): Promise<void> {
  const { input, signal } = context;
  const options = `-c statement_timeout=0 -c lock_timeout=300000 -c application_name=${applicationOf(context)}`;
  const argv = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', databaseName(instance.slug)];
  const { code, stderr } = await execInContainer(host.docker, namesOf(instance.id).database, ['psql', ...argv], {
    input: statements[input.action](pathOf(table)),
    user: 'postgres',
    env: [`PGOPTIONS=${options}`],
    timeoutMs: longestTableMs,
    signal,
  });
  if (code === 0) return;
  if (/relation ".*" does not exist|schema ".*" does not exist/.test(stderr)) {
    if (input.tables.length === 0) return context.log('info', `${shownOf(table)} has gone meanwhile`);
    throw new StepError('table_missing', `There is no table ${shownOf(table)}`, 'The list of tables has the names.');
  }
  throw new StepError('database_error', `PostgreSQL refused: ${inOneLine(stderr).slice(0, 500)}`);
}

export const maintainDatabaseJob = implementOperation({
  kind: maintainDatabaseKind,
  steps: {
    maintain: async (context) => {
      const site = await siteOf(context);
      await waitForPostgres(site.host, site.instance, context.signal);
      await clear(context, site);
      const known = tablesShape.safeParse(context.state['tables']).data;
      const tables = known ?? (context.input.tables.length > 0 ? context.input.tables : await allTables(context, site));
      if (!known) await context.saveState({ tables });
      const first = z.int().catch(0).parse(context.state['done']);
      for (const [index, table] of tables.entries()) {
        if (index < first) continue;
        const ending = new AbortController();
        const work = maintain(context, site, table).finally(() => ending.abort());
        await Promise.all([
          work,
          watch(context, site, ending.signal, (done) => (100 * (index + done)) / tables.length, table),
        ]);
        context.progress((100 * (index + 1)) / tables.length, shownOf(table));
        // Every table of a small database at once would only be writes.
        if (index % 25 === 24 || index === tables.length - 1) await context.saveState({ done: index + 1 });
      }
      return `${tables.length} tables`;
    },
  },
  cleanup: async (context) => clear(context, await siteOf(context)),
  settle: async (tx, { operation, scope, input }, outcome, error) => {
    const where = { id: operation.resourceId };
    const instance = await tx.instance.findUnique({ where, select: { id: true, name: true, projectId: true } });
    if (!instance) return;
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'database.maintained' : 'database.maintenance_failed',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { action: input.action, reason: error?.code ?? null },
    });
  },
});

/** Tells how far the table is, for as long as its statement runs. */
async function watch(
  context: StepContext<Input>,
  site: Site,
  ended: AbortSignal,
  percentOf: (done: number) => number,
  table: Table,
): Promise<void> {
  for (;;) {
    await sleep(2000, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted || context.signal.aborted) return;
    const done = await fractionOf(context, site).catch(() => undefined);
    if (done !== undefined && !ended.aborted) context.progress(percentOf(done), shownOf(table));
  }
}
