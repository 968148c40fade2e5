import type { Pool } from 'pg';
import type { SecretBox } from './box.ts';
import type { SealedColumn } from './sealed-column.ts';

const batch = 200;

export interface Pass {
  /** Rows that were sealed again. */
  changed: number;
  /** Rows that somebody else changed at the same time: the next pass looks at them again. */
  raced: number;
  failed: string[];
}

/** Seals every record of a column that is not under the key, row by row; a row that changed meanwhile keeps its new value. */
export async function resealColumn(pool: Pool, box: SecretBox, keyId: string, sealed: SealedColumn): Promise<Pass> {
  const { table, column, key, subject, value, assign, type } = sealed;
  const pass: Pass = { changed: 0, raced: 0, failed: [] };
  const stale = `(${value})::text ~ '(^|")(v1\\.|v2\\.(?!${keyId}\\.))'`;
  let after: string | undefined;
  for (;;) {
    const { rows } = await pool.query<{ id: string; subject: string; value: string }>(
      `SELECT ${key}::text AS id, ${subject}::text AS subject, (${value})::text AS value FROM ${table} WHERE ${after === undefined ? '' : `${key} > $1 AND `}${stale} ORDER BY ${key} LIMIT ${batch}`,
      after === undefined ? [] : [after],
    );
    for (const row of rows) {
      try {
        const next = await sealed.again(row.value, row.subject, async (record, owner) =>
          box.seal(await box.open(record, owner), owner),
        );
        const { rowCount } = await pool.query(
          `UPDATE ${table} SET ${assign} WHERE ${key} = $2 AND ${value} = $3::${type}`,
          [next, row.id, row.value],
        );
        if (rowCount === 1) pass.changed += 1;
        else pass.raced += 1;
      } catch (error) {
        pass.failed.push(`${table}.${column} of ${row.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
      after = row.id;
    }
    if (rows.length < batch) return pass;
  }
}
