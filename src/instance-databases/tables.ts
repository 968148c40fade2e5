import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { parse } from '../parse.ts';
import { ask, count, instant, reach } from './ask.ts';

const shape = z.array(
  z.object({
    schema: z.string(),
    name: z.string(),
    sizeBytes: count,
    indexBytes: count,
    rows: count.nullable(),
    deadRows: count,
    bloatBytes: count.nullable(),
    lastVacuumAt: instant.nullable(),
    lastAnalyzeAt: instant.nullable(),
  }),
);
export type DatabaseTable = z.infer<typeof shape>[number];

/**
 * The largest tables. Their bloat is what their pages have beyond what their rows need by the planner's statistics: an
 * estimate, as there is none without reading the tables.
 */
const statement = (limit: number): string => `
WITH widths AS (SELECT schemaname, tablename, sum((1 - null_frac) * avg_width) AS width FROM pg_stats GROUP BY 1, 2),
tables AS (
  SELECT n.nspname, c.relname, pg_table_size(c.oid) AS size, pg_indexes_size(c.oid) AS indexes, c.reltuples, c.relpages,
    coalesce(s.n_dead_tup, 0) AS dead, w.width, greatest(s.last_vacuum, s.last_autovacuum) AS vacuumed, greatest(s.last_analyze, s.last_autoanalyze) AS analysed,
    coalesce(substring(array_to_string(c.reloptions, ' ') FROM 'fillfactor=([0-9]+)')::int, 100) AS fill
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    LEFT JOIN widths w ON w.schemaname = n.nspname AND w.tablename = c.relname
  WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY pg_total_relation_size(c.oid) DESC LIMIT ${limit})
SELECT coalesce(json_agg(json_build_object('schema', nspname, 'name', relname, 'sizeBytes', size, 'indexBytes', indexes,
  'rows', CASE WHEN reltuples >= 0 THEN reltuples::bigint END, 'deadRows', dead, 'lastVacuumAt', vacuumed, 'lastAnalyzeAt', analysed,
  'bloatBytes', CASE WHEN reltuples >= 0 AND width IS NOT NULL THEN
    (greatest(0, relpages - ceil(reltuples * (28 + ceil(width / 8) * 8) / (8168 * fill / 100.0))) * 8192)::bigint END)
  ORDER BY size + indexes DESC), '[]') FROM tables;`;

export const databaseTablesInput = z.object({ limit: z.int().min(1).max(500) });

export async function databaseTables(app: App, scope: OrgScope, id: string, given: number): Promise<DatabaseTable[]> {
  const { limit } = parse(databaseTablesInput, { limit: given });
  return ask(await reach(app, scope, id), statement(limit), shape);
}
