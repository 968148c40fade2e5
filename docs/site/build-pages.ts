import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import Eleventy from '@11ty/eleventy';
import type { GraphQLSchema } from 'graphql';
import { errorHelp } from '../../src/error-help/index.ts';
import { type ErrorCode, errorTable } from '../../src/errors.ts';
import { codeBlock } from './code.ts';
import { eventGroups } from './event-data.ts';
import { makeMarkdown } from './markdown.ts';
import { type SchemaKind, schemaKinds, typeAddress } from './schema-data.ts';

interface Page {
  url: string | false;
  rawInput: string;
  data: { title?: string; section?: string; order?: number; layout?: string; error?: unknown; kind?: unknown };
}

const sections = [
  { name: 'start', title: 'Start' },
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

function errorPages() {
  const codes = Object.keys(errorTable).filter((code): code is ErrorCode => code in errorTable);
  return codes.map((code) => {
    const { example, ...help } = errorHelp[code];
    const rest = { request_id: 'req_Zk3vT1x8cQ0pLw5n', doc_url: `https://ocore.example.com/docs/errors/${code}` };
    return {
      code,
      ...errorTable[code],
      ...help,
      rest: JSON.stringify({ error: { code, ...example, ...rest } }, null, 2),
      graphql: JSON.stringify(
        { errors: [{ message: example.message, extensions: { code, details: example.details, ...rest } }] },
        null,
        2,
      ),
    };
  });
}

/** Pages are served without their ending. */
const address = (url: string): string => `/docs${url.replace(/\.html$/, '').replace(/\/index$/, '/')}`;

/** Words only: what a search finds a page by. */
function plain(markdown: string): string {
  return markdown
    .replace(/^---[^]*?---/, '')
    .replace(/```[^]*?```/g, ' ')
    .replace(/[`*#|>[\]()]/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 4000);
}

function searchIndex(
  pages: readonly Page[],
  kinds: readonly SchemaKind[],
  errors: ReturnType<typeof errorPages>,
): string {
  const guides = pages.flatMap(({ url, rawInput, data }) =>
    url && data.section ? [{ title: data.title ?? '', url: address(url), text: plain(rawInput) }] : [],
  );
  const types = kinds.flatMap((kind) =>
    kind.entries.map((entry) => ({
      title: entry.name,
      url: `/docs/graphql/${kind.name}#${entry.name}`,
      text: entry.description,
    })),
  );
  const codes = errors.map((error) => ({
    title: error.code,
    url: `/docs/errors/${error.code}`,
    text: `${error.title} ${error.happened}`,
  }));
  return JSON.stringify([...guides, ...codes, ...types]);
}

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
        const data = {
          apps,
          sections,
          parts,
          version,
          errors: errorPages(),
          eventGroups: eventGroups(),
          schema: schemaKinds(schema),
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
        config.addFilter('searchIndex', searchIndex);
        config.addFilter('md', (text: string) => markdown.render(text));
        config.addFilter('mdInline', (text: string) => markdown.renderInline(text));
        config.addFilter('code', codeBlock);
        config.addFilter('typeLink', typeLink);
      },
    },
  );
  eleventy.disableLogger();
  await eleventy.write();
}
