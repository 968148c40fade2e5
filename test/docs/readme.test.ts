import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { expect } from 'vitest';
import { schema } from '../../schema/index.ts';
import { at, document, operationOf } from '../kit/contract.ts';
import { it } from '../kit/fixtures.ts';
import { blocksOf } from './guide.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
it.override('env', { OCORE_ROLE: 'gateway' });

/** No route of the API: its tests are in `test/repositories/push.test.ts`. */
const forGitHosts = 'POST /webhooks/git/{repositoryId}';

it('names routes that exist, wherever words name one', () => {
  let found = 0;
  for (const file of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/architecture.md',
    ...globSync('docs/site/**/*.md', { cwd: root }),
  ]) {
    for (const [, method = '', path = ''] of read(file).matchAll(
      /\b(GET|POST|PUT|PATCH|DELETE) +(?:\/api|\$api)(\/[^\s`"?]*)/g,
    )) {
      found += 1;
      if (`${method} ${path}` === forGitHosts) continue;
      expect([file, path, operationOf(method, path)?.method]).toEqual([file, path, method.toLowerCase()]);
    }
  }
  expect(found).toBeGreaterThan(10);
});

it('names fields that the routes of the README take', () => {
  const lines = [...readme.matchAll(/^# (\w+) +\$api(\/\S+) +\{(.*)\}/gm)];
  expect(lines).toHaveLength(4);
  for (const [, method = '', path = '', fields = ''] of lines) {
    const { $ref } = at(operationOf(method, path)?.operation, 'requestBody', 'content', 'application/json', 'schema');
    const known = Object.keys(
      at(document, 'components', 'schemas', String($ref).split('/').at(-1) ?? '', 'properties'),
    );
    expect([
      path,
      [...fields.matchAll(/(?:^|,)"(\w+)"/g)].map((match) => match[1]).filter((field) => !known.includes(field ?? '')),
    ]).toEqual([path, []]);
  }
});

it('has shell examples that work', async ({ ocore }) => {
  const [example] = blocksOf(readme).filter((block) => block.text.includes('curl'));
  const here = example?.text.replace(/^api=.*$/m, `api=${ocore.url}/api`) ?? '';
  const { stdout } = await promisify(execFile)('bash', ['-euc', here]);
  expect(JSON.parse(stdout)).toMatchObject({
    accessToken: expect.any(String),
    organizations: [{ slug: expect.any(String) }],
  });
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
  expect(
    [...readme.matchAll(/\bnpm run ([\w-]+)/g)].map((match) => match[1]).filter((name) => !(name && name in scripts)),
  ).toEqual([]);
});

it('has GraphQL examples that the schema knows', () => {
  const lines = blocksOf(readme)
    .filter((block) => block.language === 'graphql')
    .flatMap((block) => block.text.trim().split('\n'));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines)
    expect([line, validate(schema, parse(line)).map((error) => error.message)]).toEqual([line, []]);
});

it('leaves examples to the README and the guides, which run them', () => {
  for (const file of globSync('docs/site/*.md', { cwd: root }))
    expect([file, blocksOf(read(file))]).toEqual([file, []]);
});
