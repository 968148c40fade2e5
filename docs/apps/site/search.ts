import MiniSearch from 'minisearch';
import { isEntry, type SearchEntry } from './entry.ts';
import { indexWords, queryWords, termOf } from './words.ts';

export interface Found {
  entry: SearchEntry;
  /** The words of the entry that are what was looked for. */
  words: readonly string[];
}

interface Index {
  entries: readonly SearchEntry[];
  search: MiniSearch;
}

async function load(): Promise<Index> {
  const answer: unknown = await (await fetch('/docs/search.json')).json();
  const entries = Array.isArray(answer) ? answer.filter(isEntry) : [];
  const search = new MiniSearch({
    fields: ['title', 'heading', 'text', 'names'],
    tokenize: indexWords,
    processTerm: termOf,
    extractField: (entry, name) => String(Reflect.get(entry, name) ?? ''),
  });
  search.addAll(entries.map((entry, id) => ({ ...entry, id })));
  return { entries, search };
}

let index: Promise<Index> | undefined;
const ready = (): Promise<Index> => {
  index ??= load();
  return index;
};

/** Guides and errors explain; routes and types are looked up. */
const explains = ({ kind }: SearchEntry): boolean => kind === 'Guide' || kind === 'Error';

/** A guide as a whole is what a word for its subject means; what once changed is rarely looked for. */
function weightOf({ kind, heading, url }: SearchEntry): number {
  if (url.startsWith('/docs/changelog')) return 0.3;
  if (kind === 'Guide') return heading === undefined ? 2.5 : 2;
  return { Error: 0.7, REST: 1.2, GraphQL: 1 }[kind];
}

/** Someone who writes a name as programs do wants what has this name. */
const isName = (query: string): boolean => /^\w*(?:[a-z][A-Z]|_)\w*$/.test(query);

/**
 * What a query finds: with typing errors, by the beginnings of words and by other words for the same; guides and errors
 * before routes and types. `perPage`: how many sections of one guide.
 */
export async function find(query: string, perPage = 3): Promise<Found[]> {
  const { entries, search } = await ready();
  const words = queryWords(query);
  if (words.length === 0) return [];
  const results = (combineWith: 'AND' | 'OR') =>
    search.search(
      {
        combineWith,
        queries: words.map(({ word, others }) => ({
          combineWith: 'OR',
          queries: [word, { combineWith: 'OR', queries: [...others], boostTerm: () => 0.4 }],
        })),
      },
      {
        tokenize: (word) => [word],
        boost: { title: 4, heading: 3, names: 0.5 },
        fuzzy: (term) => (term.length > 3 ? 0.2 : false),
        prefix: (term) => term.length > 1,
        weights: { fuzzy: 0.2, prefix: 0.5 },
        boostDocument: (id) => {
          const entry = entries[Number(id)];
          return entry ? weightOf(entry) : 1;
        },
      },
    );
  const all = results('AND');
  const taken = new Map<string, number>();
  const found = (all.length > 0 ? all : results('OR')).flatMap(({ id, terms }): Found[] => {
    const entry = entries[Number(id)];
    if (!entry) return [];
    const page = entry.kind === 'Guide' ? (entry.url.split('#')[0] ?? '') : entry.url;
    const before = taken.get(page) ?? 0;
    taken.set(page, before + 1);
    return before < perPage ? [{ entry, words: terms }] : [];
  });
  const rank = ({ entry }: Found): number =>
    isName(query) && entry.title.toLowerCase() === query.toLowerCase() ? 0 : explains(entry) ? 1 : 2;
  return found.sort((one, other) => rank(one) - rank(other));
}

/** The first of what was found, with room for routes and types however many guides there are. */
export function best(found: readonly Found[], most: number, mostExplaining: number): Found[] {
  const left = new Set(found.filter(({ entry }) => explains(entry)).slice(mostExplaining));
  return found.filter((one) => !left.has(one)).slice(0, most);
}
