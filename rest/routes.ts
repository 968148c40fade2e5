import { readdirSync } from 'node:fs';
import { type Category, type Examples, merged, type Parsers, type Shapes, type ShortFields } from './category.ts';
import { sharedExamples } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const ending = '.routes.ts';

/** The default export of each file here that is named so. */
async function load(file: string): Promise<[string, Category]> {
  const module: { default?: Category } = await import(`./${file}`);
  if (!module.default) throw new Error(`rest/${file} has no default export: its category`);
  return [file.slice(0, -ending.length), module.default];
}

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(ending));
const categories = await Promise.all(files.sort().map(load));

/** What each category gives, by the categories' names. */
const each = <T>(give: (category: Category) => T): Record<string, T> => Object.fromEntries(categories.map(([name, category]) => [name, give(category)]));

/** Every REST route: the router, the OpenAPI document and the tests all read this table. */
export const routes: readonly Route[] = categories.flatMap(([, category]) => category.routes);

export const examples: Examples = merged('the example of', {
  shared: sharedExamples,
  ...each((category) => category.examples),
});

export const parsers: Parsers = merged(
  'the parser of',
  each((category) => category.parsers),
);

export const shortFields: ShortFields = merged(
  'the short fields of',
  each((category) => category.shortFields ?? {}),
);

export const shapes: Shapes = merged(
  'the shape',
  each((category) => category.shapes ?? {}),
);
