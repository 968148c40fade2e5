import type pg from 'pg';
import type { Source } from '../lists.ts';
import type { SourceOfEach } from '../lists-of-each.ts';
import type { ListStatement } from './list-statement.ts';
import type { TenantDatabase } from './tenants.ts';

/** What is made of the rows of a page, all at once. */
type Views<Row, View> = (rows: Row[]) => View[] | Promise<View[]>;

/** An organization's list by its statement. */
export function sourceOf<Row extends pg.QueryResultRow, View>(
  tenants: TenantDatabase,
  orgId: string,
  statement: ListStatement,
  views: Views<Row, View>,
): Source<View> {
  return {
    find: async (seek) => views((await tenants.query<Row>(orgId, statement.page(seek))).rows),
    count: async () => (await tenants.query<{ count: number }>(orgId, statement.count())).rows[0]?.count ?? 0,
  };
}

/** The same of each of several parents, whose ids are in the column. */
export function sourceOfEach<Row extends pg.QueryResultRow, View>(
  tenants: TenantDatabase,
  orgId: string,
  statement: ListStatement,
  column: string,
  views: Views<Row, View>,
): Omit<SourceOfEach<View>, 'plan'> {
  return {
    find: async (ids, seek) => {
      const { rows } = await tenants.query<Row & { parentId: string }>(orgId, statement.page(seek, { column, ids }));
      const shown = await views(rows);
      return shown.map((view, index) => ({ ...view, parentId: rows[index]?.parentId ?? '' }));
    },
    count: async (ids) =>
      (await tenants.query<{ parentId: string; count: number }>(orgId, statement.count({ column, ids }))).rows,
  };
}
