import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { databaseName } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { ask, count, reach, run } from './ask.ts';

const shape = z.array(
  z.object({
    id: z.string(),
    role: z.string(),
    query: z.string(),
    calls: count,
    totalMs: count,
    meanMs: count,
    maxMs: count,
    rows: count,
    blocksHit: count,
    blocksRead: count,
    tempBlocksWritten: count,
  }),
);
/** With the project that decides who sees its text. */
export type DatabaseStatement = z.infer<typeof shape>[number] & { projectId: string };

/** What they can be sorted by, and their columns. */
const orders = { total_time: 'total_exec_time', mean_time: 'mean_exec_time', calls: 'calls', rows: 'rows' } as const;
export type StatementOrder = keyof typeof orders;
export const databaseStatementsInput = z.object({ limit: z.int().min(1).max(200) });

/**
 * The view is made in `postgres`, which all of the server's statements are seen from: in the instance's own database it
 * would be part of every dump, which only a superuser can restore.
 */
const viewDatabase = 'postgres';

/** The statements that took the most, by pg_stat_statements. */
export async function databaseStatements(
  app: App,
  scope: OrgScope,
  id: string,
  given: { order: StatementOrder; limit: number },
): Promise<DatabaseStatement[]> {
  const { limit } = parse(databaseStatementsInput, { limit: given.limit });
  const reached = await reach(app, scope, id);
  const tracked = await ask(
    reached,
    "SELECT to_json(current_setting('shared_preload_libraries') ~ '\\mpg_stat_statements\\M');",
    z.boolean(),
  );
  if (!tracked)
    throw new AppError(
      'unprocessable',
      'PostgreSQL does not count its statements yet: the instance is older than this, and does so from its next start on',
      { reason: 'restart_needed' },
    );
  await run(reached, 'SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS pg_stat_statements;', {
    database: viewDatabase,
    writes: true,
  });
  const { projectId } = reached.instance;
  const found = await ask(
    reached,
    `SELECT coalesce(json_agg(x ORDER BY place), '[]') FROM (
      SELECT row_number() OVER () AS place, s.* FROM (
        SELECT queryid::text AS id, pg_get_userbyid(userid) AS role, left(query, 4000) AS query, calls, total_exec_time AS "totalMs", mean_exec_time AS "meanMs",
          max_exec_time AS "maxMs", rows, shared_blks_hit AS "blocksHit", shared_blks_read AS "blocksRead", temp_blks_written AS "tempBlocksWritten"
        FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid
        WHERE d.datname = '${databaseName(reached.instance.slug)}' AND queryid IS NOT NULL ORDER BY ${orders[given.order]} DESC, queryid LIMIT ${limit}) s) x;`,
    shape,
    { database: viewDatabase },
  );
  return found.map((row) => ({ ...row, projectId }));
}
