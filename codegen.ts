/** Writes what users read of the API: schema.graphql and openapi.json, where CI fails when they differ from the code, and the documentation's pages. */
import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildDocs } from './docs/build.ts';
import { openApi } from './rest/openapi.ts';
import { schema } from './schema/index.ts';

await writeFile(new URL('./schema.graphql', import.meta.url), `${printSchema(lexicographicSortSchema(schema))}\n`);
await writeFile(new URL('./openapi.json', import.meta.url), `${JSON.stringify(openApi(schema), null, 2)}\n`);
await buildDocs(schema);
