import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import Eleventy from '@11ty/eleventy';
import type { GraphQLSchema } from 'graphql';
import { codeBlock } from './code.ts';
import { operationErrors, requestErrors } from './error-data.ts';
import { eventGroups } from './event-data.ts';
import { makeMarkdown, tableEnd, tableStart } from './markdown.ts';
import { type RestOperation, restCategories } from './rest-data.ts';
import { schemaKinds, typeAddress } from './schema-data.ts';
import { type SearchPage, searchIndex } from './search-index.ts';

interface Page {
  url: string | false;
  rawInput: string;
  data: { title?: string; description?: string; section?: string; order?: number };
}

const sections = [
  { name: 'start', title: 'Start' },
  { name: 'operate', title: 'Operating' },
  { name: 'access', title: 'People and access' },
  { name: 'fleet', title: 'The fleet' },
  { name: 'api', title: 'Working with the API' },
];

const parts = [
  { title: 'Guides', url: '/docs/', at: '/guides/' },
  { title: 'REST', url: '/docs/api' },
  { title: 'GraphQL', url: '/docs/graphql', at: '/graphql' },
  { title: 'GraphiQL', url: '/graphql' },
  { title: 'Events', url: '/docs/events', at: '/events' },
  { title: 'Errors', url: '/docs/errors', at: '/errors' },
];

/** Pages are served without their ending. */
const address = (url: string): string => `/docs${url.replace(/\.html$/, '').replace(/\/index$/, '/')}`;

/** What the search knows of the guides, among all pages. */
const searchPages = (pages: readonly Page[]): SearchPage[] =>
  pages.flatMap(({ url, rawInput, data }) =>
    url && data.section
      ? [
          {
            title: data.title ?? '',
            url: address(url),
            description: data.description ?? '',
            markdown: rawInput,
          },
        ]
      : [],
  );

/** Writes every page of the documentation. */
export async function buildPages(
  output: string,
  schema: GraphQLSchema,
  apps: Record<string, { script: string; styles: string[] }>,
): Promise<void> {
  const markdown = makeMarkdown();
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const typeLink = (type: string): string =>
    `<code>${type.replace(/\w+/, (name) => {
      const found = typeAddress(schema, name);
      return found ? `<a href="${found}">${name}</a>` : name;
    })}</code>`;
  const eleventy = new Eleventy(
    relative(process.cwd(), resolve(import.meta.dirname)),
    relative(process.cwd(), output),
    {
      quietMode: true,
      configPath: null,
      config: (config) => {
        config.setLibrary('md', markdown);
        config.setTemplateFormats(['md', 'njk']);
        config.setUseGitIgnore(false);
        config.addPassthroughCopy(relative(process.cwd(), resolve(import.meta.dirname, 'icon.svg')));
        const operations = operationErrors();
        const errors = {
          requests: requestErrors(),
          operations,
          operationPages: operations.filter(({ isRequestError }) => !isRequestError),
        };
        const kinds = schemaKinds(schema);
        const rest = restCategories();
        const restOperations = rest.flatMap((category) => category.operations);
        const data = {
          apps,
          sections,
          parts,
          version,
          errors,
          eventGroups: eventGroups(),
          schema: kinds,
          rest,
          restOperations,
          tableStart,
          tableEnd,
        };
        for (const [name, value] of Object.entries(data)) config.addGlobalData(name, value);
        config.addCollection('guide', (api) =>
          api
            .getFilteredByGlob('**/guides/*.md')
            .sort((one, other) => (one.data['order'] ?? 99) - (other.data['order'] ?? 99)),
        );
        config.addFilter('inSection', (pages: Page[], name: string) =>
          pages.filter((page) => page.data.section === name),
        );
        config.addFilter('address', address);
        config.addFilter('searchIndex', (pages: Page[]) =>
          JSON.stringify(searchIndex(searchPages(pages), restOperations, kinds, errors.requests, errors.operations)),
        );
        config.addFilter('md', (text: string) => markdown.render(text));
        config.addFilter('mdInline', (text: string) => markdown.renderInline(text));
        config.addFilter('code', codeBlock);
        config.addFilter('typeLink', typeLink);
        config.addFilter('inPlace', (inputs: RestOperation['inputs'], place: string) =>
          inputs.filter((input) => input.in === place),
        );
        // Inside a script element, which nothing in the data may end.
        config.addFilter('data', (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c'));
      },
    },
  );
  eleventy.disableLogger();
  await eleventy.write();
}
