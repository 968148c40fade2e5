import DataLoader from 'dataloader';
import type { Page, Plan, Seek } from './lists.ts';

/** How the lists of several parents are read together, each in one statement. */
export interface SourceOfEach<Row> {
  /** The page that is asked for of the parent; throws for the cursor of another one. */
  plan: (parentId: string) => Plan;
  find: (parentIds: string[], seek: Seek) => Promise<(Row & { parentId: string })[]>;
  /** Without those that have none. */
  count: (parentIds: string[]) => Promise<{ parentId: string; count: number }[]>;
}

/**
 * The same list of many parents, which ask for it one by one: what they ask for at the same time is one statement,
 * however many they are. `began` is told when the first of them are read.
 */
export class ListsOfEach<Row extends { id: string; name?: string }> {
  readonly #source: SourceOfEach<Row>;
  readonly #pages: DataLoader<string, Page<Row>>;
  readonly #counts: DataLoader<string, number>;

  constructor(source: SourceOfEach<Row>, began: () => void) {
    this.#source = source;
    const uncached = { cache: false };
    this.#pages = new DataLoader((ids) => {
      began();
      return this.#read([...new Set(ids)]).then((pages) => ids.map((id) => pages.get(id) ?? new Error('No page')));
    }, uncached);
    this.#counts = new DataLoader(async (ids) => {
      const rows = await source.count([...new Set(ids)]);
      const counts = new Map(rows.map(({ parentId, count }) => [parentId, count]));
      return ids.map((id) => counts.get(id) ?? 0);
    }, uncached);
  }

  page(parentId: string): Promise<Page<Row>> {
    return this.#pages.load(parentId);
  }

  async #read(ids: readonly string[]): Promise<Map<string, Page<Row> | Error>> {
    const plans = new Map<string, Plan>();
    const pages = new Map<string, Page<Row> | Error>();
    for (const id of ids) {
      try {
        plans.set(id, this.#source.plan(id));
      } catch (error) {
        pages.set(id, error instanceof Error ? error : new Error(String(error)));
      }
    }
    // Every parent is asked for the same page: a cursor, which would differ, belongs to one of them only.
    const seek = plans.values().next().value?.seek;
    if (!seek) return pages;
    const found = new Map<string, Row[]>([...plans.keys()].map((id) => [id, []]));
    for (const row of await this.#source.find([...plans.keys()], seek)) found.get(row.parentId)?.push(row);
    for (const [id, { pageOf }] of plans)
      pages.set(
        id,
        pageOf(found.get(id) ?? [], () => this.#counts.load(id)),
      );
    return pages;
  }
}
