/** Writes what users read of the API: schema.graphql and openapi.json, where CI fails when they differ from the code, and the documentation's pages. */
import { readFile, writeFile } from 'node:fs/promises';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildDocs } from './docs/build.ts';
import { openApi } from './rest/openapi.ts';
import { schema } from './schema/index.ts';

const text = `${printSchema(lexicographicSortSchema(schema))}\n`;
await writeFile(new URL('./schema.graphql', import.meta.url), text);

// What clients may rely on grows by itself. What would break them waits for a person: CONTRIBUTING.md says how.
const baseline = new URL('./docs/api/baseline.graphql', import.meta.url);
const landed = await readFile(baseline, 'utf8');
if (landed !== text) {
  const { CriticalityLevel, diff } = await import('@graphql-inspector/core');
  const changes = await diff(buildSchema(landed), buildSchema(text));
  if (!changes.some((change) => change.criticality.level === CriticalityLevel.Breaking))
    await writeFile(baseline, text);
}

await writeFile(new URL('./openapi.json', import.meta.url), `${JSON.stringify(openApi(schema), null, 2)}\n`);
await buildDocs(schema);
