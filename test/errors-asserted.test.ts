import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { operationErrorHelp } from '../src/error-help/index.ts';
import { errorTable } from '../src/errors.ts';

const root = resolve(import.meta.dirname, '..');
const textsOf = (pattern: string): string[] =>
  globSync(pattern, { cwd: root })
    .filter((file) => !file.includes('node_modules'))
    .map((file) => readFileSync(join(root, file), 'utf8'));

const code = textsOf('src/**/*.ts').join('\n');

it('explains no code with which no operation ends', () => {
  // In a tuple or a call: its own row of the table has no quotes.
  expect(Object.keys(operationErrorHelp).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});

/** What tests expect, and the rows of their tables. */
const expectations = textsOf('test/**/*.test.ts').flatMap((text) =>
  [...text.matchAll(/\b(?:expect|it\.(?:each|for))\b[^]*?;\n/g)].map(([statement]) => statement),
);

it.each([...new Set([...Object.keys(errorTable), ...Object.keys(operationErrorHelp)])])(
  'has a test that expects the error %s',
  (name) => {
    expect(expectations.some((statement) => statement.includes(`'${name}'`))).toBe(true);
  },
);
