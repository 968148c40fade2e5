import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError, validationError } from './errors.ts';
import { isId, newId } from './ids.ts';

/** The orders that a list may be asked for, as REST writes them; `-` means descending. Ids are made in the order of time. */
export type TimeSort = 'created_at' | '-created_at';
export type Sort = TimeSort | 'name' | '-name';
const usual: Sort = '-created_at';

/** Which page of which list. Every other argument of a list is a filter. */
export interface PageArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  sort?: Sort | null | undefined;
}

/** Where a page begins: `beyond` is the row before it, in the order of `key` and then of the id. */
export interface Seek {
  take: number;
  key: 'id' | 'name';
  direction: 'asc' | 'desc';
  beyond: { id: string; name: string } | undefined;
}

export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  cursorOf(row: Row): string;
  /** How many rows all pages have together: counted when it is asked for. */
  count(): Promise<number>;
}

/** How a list reads its rows, and how it counts them all. `find` is asked for one row more than a page has. */
export interface Source<Row> {
  find: (seek: Seek) => Promise<Row[]>;
  count: () => Promise<number>;
}

const cursorShape = z.object({
  id: z.uuid(),
  name: z
    .string()
    .max(200)
    .regex(/^[^\u0000]*$/)
    .optional(),
  sort: z.string().optional(),
  list: z.string(),
});

/** As GraphQL calls them; REST says what it calls them itself. */
type CursorField = 'after' | 'before';

function invalidCursor(message: string, field: CursorField): AppError {
  return new AppError('invalid_cursor', message, { field, constraint: 'cursor' });
}

function decode(cursor: string, field: CursorField): z.infer<typeof cursorShape> {
  try {
    return cursorShape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidCursor('The cursor was not created by this list', field);
  }
}

/** A cursor names the list that gave it: in another list, or with another sort or filter, it would skip rows without a word. */
function seekOf(cursor: string, field: CursorField, sort: Sort, list: string): Seek['beyond'] {
  const { id, name, ...given } = decode(cursor, field);
  if ((given.sort ?? usual) !== sort || given.list !== list || (name !== undefined) !== sort.endsWith('name')) {
    throw invalidCursor('The cursor belongs to another list, sort or filter; start again without a cursor', field);
  }
  return { id, name: name ?? '' };
}

/** Several values in whatever order are the same filter, and one in a list is the value itself. */
const plain = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value;
  return value.length === 1 ? value[0] : [...value].sort();
};

/** The list with its filters, in short. */
function listOf(name: string, filters: object): string {
  const given = Object.entries(filters)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]): [string, unknown] => [key, plain(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([name, given]))
    .digest('base64url')
    .slice(0, 12);
}

function sizeOf(args: PageArgs): number {
  const forwards = (args.first ?? args.after ?? null) !== null;
  if (forwards && (args.last ?? args.before ?? null) !== null) {
    throw validationError([
      { field: 'last', constraint: 'exclusive', message: 'Use first and after, or last and before' },
    ]);
  }
  const field = typeof args.last === 'number' ? 'last' : 'first';
  const size = args.last ?? args.first ?? 20;
  if (!Number.isInteger(size) || size < 1 || size > 100) {
    throw validationError([
      { field, constraint: size < 1 ? 'min' : 'max', message: `${field} must be between 1 and 100` },
    ]);
  }
  return size;
}

/** What a page is asked for with, and what is made of the rows that are found for it. */
export interface Plan {
  seek: Seek;
  pageOf<Row extends { id: string; name?: string }>(rows: Row[], count: () => Promise<number>): Page<Row>;
}

/** `name` says which list it is, and whose: cursors of other lists are refused. */
export function planOf<Args extends PageArgs>(name: string, args: Args): Plan {
  const { first: _first, after, last, before, sort: asked, ...filters } = args;
  const size = sizeOf(args);
  const sort = asked ?? usual;
  const list = listOf(name, filters);
  const backwards = (last ?? before ?? null) !== null;
  const key = sort.endsWith('name') ? 'name' : 'id';
  const cursor = (backwards ? before : after) ?? null;
  return {
    seek: {
      take: size + 1,
      key,
      direction: sort.startsWith('-') === backwards ? 'asc' : 'desc',
      beyond: cursor === null ? undefined : seekOf(cursor, backwards ? 'before' : 'after', sort, list),
    },
    pageOf: (found, count) => {
      const more = found.length > size;
      const rows = more ? found.slice(0, size) : found;
      if (backwards) rows.reverse();
      return {
        rows,
        hasNextPage: backwards ? cursor !== null : more,
        hasPreviousPage: backwards ? more : cursor !== null,
        cursorOf: (row) =>
          Buffer.from(
            JSON.stringify({
              id: row.id,
              ...(key === 'name' ? { name: row.name ?? '' } : {}),
              ...(sort === usual ? {} : { sort }),
              list,
            }),
          ).toString('base64url'),
        count,
      };
    },
  };
}

/**
 * One page of a list, forwards or backwards. Keyset: the statement seeks to the cursor's row, so page 10,000 costs what
 * page 1 costs, and rows that come or go meanwhile move nothing: a row that stays is seen exactly once.
 */
export async function page<Row extends { id: string; name?: string }>(
  name: string,
  args: PageArgs,
  { find, count }: Source<Row>,
): Promise<Page<Row>> {
  const { seek, pageOf } = planOf(name, args);
  return pageOf(await find(seek), count);
}

/**
 * Prisma reads what rows refer to after them, and gives null for what was deleted in between, whatever the type says:
 * such a row is gone itself, and is left out.
 */
export async function wholeRows<Row>(found: Promise<Page<Row>>, isWhole: (row: Row) => boolean): Promise<Page<Row>> {
  const { rows, ...rest } = await found;
  return { ...rest, rows: rows.filter(isWhole) };
}

type Bound = { gt: string } | { gte: string } | { lt: string } | { lte: string };
type Order = { id: 'asc' | 'desc' } | { name: 'asc' | 'desc' };
type Condition = { id: Bound } | { name: Bound } | { OR: ({ id: Bound } | { name: Bound })[] };

/** What Prisma is asked for: the page of those rows, of a list that has only its ids to be sorted by. */
export function foundById<Where extends object>(where: Where, { take, direction, beyond }: Seek) {
  const past = (value: string): Bound => (direction === 'asc' ? { gt: value } : { lt: value });
  const and: (Where | { id: Bound })[] = [where, ...(beyond ? [{ id: past(beyond.id) }] : [])];
  return { where: { AND: and }, take, orderBy: [{ id: direction }] };
}

/** The same of a list of named rows. The first condition is what an index can seek to. */
export function foundNamed<Where extends object>(
  where: Where,
  seek: Seek,
): { where: { AND: (Where | Condition)[] }; take: number; orderBy: Order[] } {
  const { take, key, direction, beyond } = seek;
  if (key === 'id') return foundById(where, seek);
  const past = (value: string): Bound => (direction === 'asc' ? { gt: value } : { lt: value });
  const from = (value: string): Bound => (direction === 'asc' ? { gte: value } : { lte: value });
  const and: Condition[] = beyond
    ? [{ name: from(beyond.name) }, { OR: [{ name: past(beyond.name) }, { id: past(beyond.id) }] }]
    : [];
  return { where: { AND: [where, ...and] }, take, orderBy: [{ name: direction }, { id: direction }] };
}

interface StatusArgs<Status> {
  status?: Status | null | undefined;
  statuses?: readonly Status[] | null | undefined;
}

/** The list's arguments with the statuses that both of them name in one place; undefined for any. */
export function byStatus<Status extends string, Args extends StatusArgs<Status>>(
  given: Args & StatusArgs<Status>,
): Omit<Args, 'status' | 'statuses'> & { status: Status[] | undefined } {
  const { status, statuses, ...rest } = given;
  const wanted = statuses ? [...new Set(statuses)] : undefined;
  return { ...rest, status: status ? (wanted ?? [status]).filter((one) => one === status) : wanted };
}

/** A filter that is an id; one that is malformed matches nothing, as an unknown one does. */
export const idFilter = (id: string | null | undefined): string | undefined =>
  id ? (isId(id) ? id : newId()) : undefined;

/** A filter by time: from the start on, and before the end. */
export interface Period {
  startDate?: Date | null | undefined;
  endDate?: Date | null | undefined;
}

export function periodOf({ startDate, endDate }: Period): { gte: Date | undefined; lt: Date | undefined } | undefined {
  if (startDate && endDate && startDate > endDate)
    throw validationError([
      { field: 'start_date', constraint: 'max', message: 'start_date must not be after end_date' },
    ]);
  return startDate || endDate ? { gte: startDate ?? undefined, lt: endDate ?? undefined } : undefined;
}

export const longestFilter = 100;

/** A filter that is a text; PostgreSQL cannot even be asked for one with NUL. */
export function textFilter(field: string, given: string | null | undefined): string | undefined {
  const text = given?.trim();
  if (!text) return undefined;
  if (text.length > longestFilter)
    throw validationError([
      { field, constraint: 'max_length', message: `${field} may have up to ${longestFilter} characters` },
    ]);
  if (text.includes('\u0000'))
    throw validationError([{ field, constraint: 'format', message: `${field} must not contain NUL` }]);
  return text;
}

/** For LIKE, whose wildcards then mean themselves. */
const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** The text that a name must contain, for LIKE. */
export function searchTerm(search: string | null | undefined): string | undefined {
  const text = textFilter('search', search);
  return text && literally(text);
}

/** A name that is this one, in whatever case. Prisma asks for it with ILIKE. */
export const sameName = (name: string) => ({ equals: literally(name), mode: 'insensitive' as const });
