import { z } from 'zod';
import { AppError } from './errors.ts';

export interface PageArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

export interface Page<Row> {
  rows: Row[];
  hasMore: boolean;
  endCursor: string | null;
}

const cursorShape = z.object({ id: z.uuid() });

export function encodeCursor(id: string): string {
  return Buffer.from(JSON.stringify({ id })).toString('base64url');
}

export function decodeCursor(cursor: string): string {
  try {
    return cursorShape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))).id;
  } catch {
    throw new AppError('invalid_cursor', 'The cursor is not one that this list gave', { field: 'cursor', constraint: 'cursor' });
  }
}

/**
 * One page of a list in the order of its ids, newest first. Keyset: the query seeks to the cursor's id, so page 10,000
 * costs what page 1 costs, and rows that come or go meanwhile move nothing. `find` is asked for one row more than wanted.
 */
export async function page<Row extends { id: string }>(args: PageArgs, find: (take: number, before: string | undefined) => Promise<Row[]>): Promise<Page<Row>> {
  const first = args.first ?? 20;
  if (!Number.isInteger(first) || first < 1 || first > 100) {
    throw new AppError('validation_error', 'limit must be between 1 and 100', { field: 'limit', constraint: first < 1 ? 'min' : 'max' });
  }
  const rows = await find(first + 1, args.after ? decodeCursor(args.after) : undefined);
  const hasMore = rows.length > first;
  if (hasMore) rows.pop();
  const last = rows.at(-1);
  return { rows, hasMore, endCursor: last ? encodeCursor(last.id) : null };
}
