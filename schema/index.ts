import { readdirSync } from 'node:fs';
import { builder } from './builder.ts';
import { guardRootFields } from './deny-by-default.ts';

// Every file here adds its types and fields to the builder when it is loaded.
for (const file of readdirSync(import.meta.dirname).sort())
  if (file.endsWith('.ts') && file !== 'index.ts') await import(`./${file}`);

export const schema = builder.toSchema();
guardRootFields(schema);
