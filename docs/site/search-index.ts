import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SearchEntry } from '../apps/site/entry.ts';
import type { operationErrors, requestErrors } from './error-data.ts';
import { idOf } from './markdown.ts';
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

const routeShape = z.object({ summary: z.string(), description: z.string().optional(), tags: z.array(z.string()) });
const documentShape = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

function routes(): SearchEntry[] {
  const { paths } = documentShape.parse(
    JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')),
  );
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, given]): SearchEntry[] => {
      const route = routeShape.safeParse(given);
      if (!route.success) return [];
      const { summary, description = '', tags } = route.data;
      const verb = method.toUpperCase();
      const tag = (tags[0] ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
      const url = `/docs/api#tag/${tag}/${verb}${path}`;
      return [{ kind: 'REST', title: summary, heading: `${verb} ${path}`, url, text: plain(description) }];
    }),
  );
}

/** Everything that the search knows, in no order. */
export function searchIndex(
  pages: readonly SearchPage[],
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
    ...routes(),
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
