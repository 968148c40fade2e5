import type { Page } from '../src/lists.ts';

/** A page of a list as a Relay connection. Cursors are made when they are asked for. */
export function connectionOf<Row extends { id: string }>(page: Page<Row>) {
  const first = page.rows[0];
  const last = page.rows.at(-1);
  return {
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
