import { z } from 'zod';

/** Seals a record again under the current key. */
export type Again = (record: string, owner: string) => Promise<string>;

/** Where sealed records are kept, and how one row's are sealed again. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly key: string;
  /** SQL: what the records belong to, the sealed value, and the assignment of the new one ($1). */
  readonly subject: string;
  readonly value: string;
  readonly assign: string;
  readonly type: 'text' | 'jsonb';
  again(value: string, subject: string, again: Again): Promise<string>;
}

/** A column that holds one record, of the row with that key. */
export function recordColumn(table: string, column: string, owner: (id: string) => string, key = 'id'): SealedColumn {
  return {
    table,
    column,
    key,
    subject: key,
    value: column,
    assign: `${column} = $1`,
    type: 'text',
    again: (value, subject, again) => again(value, owner(subject)),
  };
}

const map = z.record(z.string(), z.string());

/** A JSON column that holds a map of records by name, at a path within it. */
export function recordMap(
  table: string,
  column: string,
  path: readonly string[],
  owner: (subject: string, name: string) => string,
  subject = 'id',
): SealedColumn {
  const place = `'{${path.join(',')}}'`;
  return {
    table,
    column,
    key: 'id',
    subject,
    type: 'jsonb',
    value: `${column} #> ${place}`,
    assign: path.length === 0 ? `${column} = $1::jsonb` : `${column} = jsonb_set(${column}, ${place}, $1::jsonb)`,
    again: async (value, id, again) => {
      const records = Object.entries(map.parse(JSON.parse(value)));
      return JSON.stringify(
        Object.fromEntries(
          await Promise.all(records.map(async ([name, record]) => [name, await again(record, owner(id, name))])),
        ),
      );
    },
  };
}
