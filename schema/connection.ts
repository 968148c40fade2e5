import type { Page } from '../src/lists.ts';
import { builder } from './builder.ts';

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description: 'The number of rows of all pages. They are counted only if this field is selected.',
    resolve: ({ count }) => count(),
  }),
);

/** A page of a list as a Relay connection. Cursors and the number of all rows are made when they are asked for. */
export function connectionOf<Row extends { id: string }>(page: Page<Row>) {
  const first = page.rows[0];
  const last = page.rows.at(-1);
  return {
    count: page.count,
    edges: page.rows.map((node) => ({
      node,
      get cursor() {
        return page.cursorOf(node);
      },
    })),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      get startCursor() {
        return first ? page.cursorOf(first) : null;
      },
      get endCursor() {
        return last ? page.cursorOf(last) : null;
      },
    },
  };
}
