import type pg from 'pg';
import type { Seek } from '../lists.ts';

type Value = string | number | Date | readonly string[];

/** What is listed. `row` is the name that the rows have in `from`; of their columns, `id` and `name` are called so. */
export interface ListOf {
  readonly name: string;
  readonly columns: string;
  readonly from: string;
  readonly row: string;
}

/** The parents whose lists are read together, and the column that holds their ids. */
export interface Parents {
  readonly column: string;
  readonly ids: readonly string[];
}

/** A list as prepared statements, without Prisma's query compiler in between. Each shape of it is a statement of its own name. */
export class ListStatement {
  readonly #list: ListOf;
  readonly #values: Value[];
  #conditions: string;
  #shape = '';

  /** `$` in a condition is its value. */
  constructor(list: ListOf, condition: string, value: Value) {
    this.#list = list;
    this.#values = [value];
    this.#conditions = condition.replaceAll('$', () => '$1');
  }

  /** Narrows the list where there is a value. `letter` stands for the condition in the name of the statement. */
  where(letter: string, condition: string, value: Value | undefined): this {
    if (value === undefined) return this;
    const place = `$${this.#values.push(value)}`;
    this.#conditions += ` AND ${condition.replaceAll('$', () => place)}`;
    this.#shape += letter;
    return this;
  }

  /** One page; of several parents one page each, with their ids as `parentId`. */
  page({ take, key, direction, beyond }: Seek, parents?: Parents): pg.QueryConfig {
    const { columns, from, row } = this.#list;
    const values = [...this.#values];
    const put = (value: Value): string => `$${values.push(value)}`;
    const past = direction === 'asc' ? '>' : '<';
    const byId = (): string => `${row}.id ${past} ${put(beyond?.id ?? '')}::uuid`;
    const byName = (): string =>
      `(${row}.name, ${row}.id) ${past} (${put(beyond?.name ?? '')}::text, ${put(beyond?.id ?? '')}::uuid)`;
    const beyondIt = beyond ? ` AND ${key === 'id' ? byId() : byName()}` : '';
    const order = (of: string): string => `${key === 'id' ? '' : `${of}.name ${direction}, `}${of}.id ${direction}`;
    const page = (mine: string): string =>
      `SELECT ${columns} FROM ${from} WHERE ${this.#conditions}${beyondIt}${mine} ORDER BY ${order(row)} LIMIT ${put(take)}::int`;
    const text = parents
      ? `SELECT parent.id AS "parentId", page.* FROM unnest(${put(parents.ids)}::uuid[]) AS parent(id) CROSS JOIN LATERAL (${page(` AND ${row}.${parents.column} = parent.id`)}) page ORDER BY parent.id, ${order('page')}`
      : page('');
    return { name: this.#nameOf(`${key} ${direction}${beyond ? ' beyond' : ''}`, parents), text, values };
  }

  /** How many rows there are; of several parents how many each has, but of those with none. */
  count(parents?: Parents): pg.QueryConfig {
    const { from, row } = this.#list;
    const values = [...this.#values];
    const text = parents
      ? `SELECT ${row}.${parents.column} AS "parentId", count(*)::int AS count FROM ${from} WHERE ${this.#conditions} AND ${row}.${parents.column} = ANY($${values.push(parents.ids)}::uuid[]) GROUP BY 1`
      : `SELECT count(*)::int AS count FROM ${from} WHERE ${this.#conditions}`;
    return { name: this.#nameOf('count', parents), text, values };
  }

  #nameOf(what: string, parents: Parents | undefined): string {
    return `${this.#list.name} ${what} ${this.#shape}${parents ? ` of ${parents.column}` : ''}`;
  }
}
