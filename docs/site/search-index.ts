import type { SearchEntry } from '../apps/site/entry.ts';
import type { operationErrors, requestErrors } from './error-data.ts';
import { idOf } from './markdown.ts';
import type { RestOperation } from './rest-data.ts';
import type { SchemaKind } from './schema-data.ts';

export interface SearchPage {
  title: string;
  url: string;
  description: string;
  markdown: string;
}

/** Words only: no code, no marks, no addresses of links. */
function plain(markdown: string): string {
  return markdown
    .replace(/^---\n[^]*?\n---\n/, '')
    .replace(/^```[^]*?^```$/gm, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\]\([^)]*\)/g, ' ')
    .replace(/^\|[-|]+\|$/gm, ' ')
    .replace(/^(?:[-*]|\d+\.) /gm, '')
    .replace(/^\| | \|$/gm, '')
    .replace(/\s\|\s/g, ' · ')
    .replace(/[`*#>[\]|]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,;:])/g, '$1')
    .trim();
}

/** A guide is found by its sections: what leads to the place itself is better than what leads to its page. */
function sectionsOf({ title, url, description, markdown }: SearchPage): SearchEntry[] {
  const [intro = '', ...sections] = markdown.split(/^## /m);
  return [
    { kind: 'Guide', title, url, text: `${description} ${plain(intro)}`.trim() },
    ...sections.map((section): SearchEntry => {
      const [heading = ''] = section.split('\n');
      return {
        kind: 'Guide',
        title,
        heading: plain(heading),
        url: `${url}#${idOf(heading)}`,
        text: plain(section.slice(heading.length)),
      };
    }),
  ];
}

function routes(operations: readonly RestOperation[]): SearchEntry[] {
  return operations.map(({ title, method, path, url, description }) => ({
    kind: 'REST',
    title,
    heading: `${method.toUpperCase()} ${path}`,
    url,
    text: plain(description),
  }));
}

/** Everything that the search knows, in no order. */
export function searchIndex(
  pages: readonly SearchPage[],
  rest: readonly RestOperation[],
  kinds: readonly SchemaKind[],
  requests: ReturnType<typeof requestErrors>,
  operations: ReturnType<typeof operationErrors>,
): SearchEntry[] {
  const errors = [
    ...requests.map(({ code, title, happened }) => ({ code, title, text: happened })),
    ...operations
      .filter(({ isRequestError }) => !isRequestError)
      .map(({ code, title, happened, causes }) => ({ code, title, text: [happened, ...causes].join(' ') })),
  ];
  return [
    ...pages.flatMap(sectionsOf),
    ...errors.map(
      ({ code, title, text }): SearchEntry => ({
        kind: 'Error',
        title: code,
        heading: title,
        url: `/docs/errors/${code}`,
        text: plain(text),
      }),
    ),
    ...routes(rest),
    ...kinds.flatMap((kind) =>
      kind.entries.map(
        (entry): SearchEntry => ({
          kind: 'GraphQL',
          title: entry.name,
          url: `/docs/graphql/${kind.name}#${entry.name}`,
          text: plain(entry.description),
          names: entry.parts.map(({ name }) => name).join(' '),
        }),
      ),
    ),
  ];
}
