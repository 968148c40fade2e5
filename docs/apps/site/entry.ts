/** One thing that the search finds: a section of a guide, an error, a route, a type or field of the schema. */
export interface SearchEntry {
  kind: 'Guide' | 'Error' | 'REST' | 'GraphQL';
  title: string;
  /** The section of a guide, the path of a route, the words for a code. */
  heading?: string;
  url: string;
  text: string;
  /** The names of the fields and values that belong to it. */
  names?: string;
}

export function isEntry(value: unknown): value is SearchEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['kind', 'title', 'url', 'text'].every((name) => typeof Reflect.get(value, name) === 'string')
  );
}
