import { page, type Page, type PageArgs } from '../lists.ts';

interface Keyed<Row> {
  id: string;
  name: string;
  row: Row;
}

/** Numbers that sort as texts do. */
const keyOf = (order: number): string => String(order).padStart(6, '0');
const compare = (a: { id: string; name: string }, b: { id: string; name: string }): number =>
  a.name === b.name ? (a.id < b.id ? -1 : a.id === b.id ? 0 : 1) : a.name < b.name ? -1 : 1;

/** A page of a short list whose rows have an order of their own, and then that of their ids. */
export async function orderedPage<Row extends { id: string }>(
  list: string,
  args: PageArgs,
  rows: readonly Row[],
  orderOf: (row: Row) => number,
): Promise<Page<Row>> {
  const keyed = (row: Row): Keyed<Row> => ({ id: row.id, name: keyOf(orderOf(row)), row });
  const inOrder = rows.map(keyed).sort(compare);
  const { cursorOf, ...found } = await page<Keyed<Row>>(
    list,
    { ...args, sort: 'name' },
    {
      find: async ({ take, direction, beyond }) => {
        const ascending = direction === 'asc';
        const all = ascending ? inOrder : inOrder.toReversed();
        const rest = beyond ? all.filter((row) => compare(row, beyond) * (ascending ? 1 : -1) > 0) : all;
        return rest.slice(0, take);
      },
      count: async () => rows.length,
    },
  );
  return { ...found, rows: found.rows.map(({ row }) => row), cursorOf: (row) => cursorOf(keyed(row)) };
}
