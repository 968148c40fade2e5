import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { afterAll, beforeAll, expect } from 'vitest';
import { schema } from '../../schema/index.ts';
import { document } from '../kit/contract.ts';
import { isDeep } from '../kit/depth.ts';
import { it } from '../kit/fixtures.ts';
import { openTools, type Tools } from '../tools/install.ts';

const root = resolve(import.meta.dirname, '../..');
it.override('env', { OCORE_ROLE: 'gateway' });

let tools: Tools;

beforeAll(async () => {
  tools = await openTools();
  await tools.write('openapi.json', JSON.stringify(document, null, 2));
});
afterAll(async () => {
  await tools?.remove();
});

it('passes the recommended rules of Redocly, all of them as errors', async () => {
  const result = await tools.run('redocly', 'lint', '--config', 'redocly.yaml', 'openapi.json');
  expect(result).toMatchObject({ code: 0 });
  expect(result.output).toContain('Your API description is valid');
});

/** Spectral's rules take half a second for each route: a third of them, and all with `TEST_DEPTH=all`. */
const withSomePaths = (needed: string): string => {
  const paths = Object.entries(document.paths ?? {});
  const chosen = paths.filter(([path], index) => isDeep || index % 3 === 0 || path === needed);
  return JSON.stringify({ ...document, paths: Object.fromEntries(chosen) });
};

it('passes Spectral with the OWASP rules without an error', async () => {
  // Its exceptions go by the name of the file.
  await tools.write('openapi.json', withSomePaths('/instances/{id}/database/config'));
  const result = await tools.run(
    'spectral',
    'lint',
    '-r',
    'spectral.yaml',
    '--fail-severity',
    'error',
    '--format',
    'json',
    'openapi.json',
  );
  await tools.write('openapi.json', JSON.stringify(document, null, 2));
  const found: { severity: number; code: string; path: string[] }[] = JSON.parse(
    /^\[[^]*?^\]/m.exec(result.output)?.[0] ?? '[]',
  );
  // It takes a parameter of PostgreSQL, which has a `type` and a `default`, for a schema.
  const mistaken =
    'paths /instances/{id}/database/config get responses 200 content application/json example parameters 0 default';
  const wrong = found.filter((one) => one.severity === 0).map((one) => `${one.code} ${one.path.join(' ')}`);
  expect(wrong).toEqual([`oas3-valid-schema-example ${mistaken}`]);
  // The rules did run: they have advice that is not an error.
  expect(found.some((one) => one.code.startsWith('owasp:'))).toBe(true);
});

it('gives client types that compile and drive the API', async ({ ocore }) => {
  const types = await tools.run('openapi-typescript', 'openapi.json', '--output', 'api.ts');
  expect(types).toMatchObject({ code: 0 });
  // The client is compiled and run as a user would: with the generated types beside it.
  await copyFile(join(import.meta.dirname, 'generated-client.ts'), join(tools.dir, 'client.ts'));
  await tools.write('package.json', '{ "type": "module" }');
  await tools.write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        target: 'ESNext',
        module: 'NodeNext',
        lib: ['ESNext', 'DOM'],
        noEmit: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        types: ['node'],
      },
      files: ['client.ts'],
    }),
  );
  expect(await tools.run('tsc', '-p', '.')).toEqual({ code: 0, output: '' });
  const { stdout } = await promisify(execFile)(process.execPath, [join(tools.dir, 'client.ts'), `${ocore.url}/api`]);
  expect(JSON.parse(stdout)).toEqual({
    created: 201,
    names: ['Generated'],
    wrong: 'validation_error',
    missing: 'not_found',
  });
});

it('keeps the Relay rules in the schema', async () => {
  await tools.write('schema.graphql', `${printSchema(lexicographicSortSchema(schema))}\n`);
  expect(await readFile(join(root, 'schema.graphql'), 'utf8')).toBe(
    await readFile(join(tools.dir, 'schema.graphql'), 'utf8'),
  );
  const result = await tools.run('eslint', '--no-config-lookup', '-c', 'eslint.config.js', 'schema.graphql');
  expect(result).toEqual({ code: 0, output: '' });
});
