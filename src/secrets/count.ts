import type { Pool } from 'pg';
import type { SealedColumn } from './sealed-column.ts';

/** How many records each key seals: `v2.<data key>` or `v1.<master key>`. */
export async function countRecords(pool: Pool, columns: readonly SealedColumn[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { table, value } of columns) {
    const { rows } = await pool.query<{ key: string; count: string }>(
      `SELECT (found.record)[1] AS key, count(*) AS count FROM ${table}, LATERAL regexp_matches((${value})::text, '(?:^|")(v[12]\\.[A-Za-z0-9_-]+)\\.', 'g') AS found(record) GROUP BY 1`,
    );
    for (const { key, count } of rows) counts.set(key, (counts.get(key) ?? 0) + Number(count));
  }
  return counts;
}
