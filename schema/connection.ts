import { encodeCursor, type Page, type PageArgs } from '../src/lists.ts';

/** A page of a list as a Relay connection. */
export function connectionOf<Row extends { id: string }>(args: PageArgs, page: Page<Row>) {
  return {
    edges: page.rows.map((node) => ({ cursor: encodeCursor(node.id), node })),
    pageInfo: {
      hasNextPage: page.hasMore,
      hasPreviousPage: Boolean(args.after),
      startCursor: page.rows[0] ? encodeCursor(page.rows[0].id) : null,
      endCursor: page.endCursor,
    },
  };
}
