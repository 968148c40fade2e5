import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { fastTests, testModules } from './fast.ts';
import { circlesOf } from './kit/circles.ts';

const root = resolve(import.meta.dirname, '..');

/** Lets others be used through their `index.ts` alone, and is in no circle with any of them. */
const features = globSync('src/*/feature.ts', { cwd: root })
  .map((file) => dirname(file).replace('src/', ''))
  .filter((name) => name !== 'feature');
/** What features are built with. Kits may know each other, file by file. */
const kits = [
  'access',
  'addons',
  'audit',
  'database',
  'events',
  'feature',
  'git',
  'idempotency',
  'operations',
  'limits',
  'mail',
  'push-webhooks',
  'secrets',
  'settings',
  'storage',
];

/** The house from its ground up: a part imports from its own layer and from those below. `apart`: not from its neighbours. */
const layers: readonly { parts: readonly string[]; apart?: true }[] = [
  { parts: ['src/*', 'src/error-help'] },
  { parts: ['prisma', 'src/remote'], apart: true },
  { parts: [...kits.map((kit) => `src/${kit}`), 'src/app.ts'] },
  { parts: features.map((feature) => `src/${feature}`) },
  { parts: ['src/features.ts', 'src/nodes.ts', 'src/sealed-columns.ts'] },
  { parts: ['schema'] },
  { parts: ['src/request'] },
  { parts: ['rest', 'src/gateway'], apart: true },
  { parts: ['src/start.ts', 'src/main.ts', 'src/cli'] },
];

const files = globSync(['src/**/*.ts', 'schema/**/*.ts', 'rest/**/*.ts', 'prisma/*.ts'], { cwd: root }).sort();
const textOf = new Map(files.map((file) => [file, readFileSync(resolve(root, file), 'utf8')]));

const imports = files.flatMap((from) =>
  [...(textOf.get(from) ?? '').matchAll(/(?:\bfrom|\bimport) *\(?'(\.[^']+)'/g)].map((match) => ({
    from,
    to: relative(root, resolve(root, dirname(from), match[1] ?? '')),
  })),
);

/** The part of the house that a file is in: one of the files that the table names, or its folder. */
function partOf(file: string): string {
  const named = layers.flatMap(({ parts }) => parts);
  if (named.includes(file)) return file;
  const [top = '', folder = '', ...rest] = file.split('/');
  if (top !== 'src') return top;
  return rest.length === 0 ? 'src/*' : `src/${folder}`;
}

const layerOf = (part: string): number => layers.findIndex(({ parts }) => parts.includes(part));

it('has a place for every file', () => {
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => layerOf(partOf(file)) < 0)).toEqual([]);
});

it('has no arrow that runs upwards: rest | gateway -> request -> schema -> features -> kits -> prisma | remote', () => {
  const wrong = imports.filter(({ from, to }) => {
    const [lower, upper] = [partOf(from), partOf(to)];
    const level = layerOf(lower);
    return layerOf(upper) > level || (layers[level]?.apart === true && layerOf(upper) === level && lower !== upper);
  });
  expect(wrong).toEqual([]);
});

it('has no circle of files, and none of features', () => {
  expect(circlesOf(imports)).toEqual([]);
  const isFeature = (part: string): boolean => features.includes(part.replace('src/', ''));
  const uses = imports
    .map(({ from, to }) => ({ from: partOf(from), to: partOf(to) }))
    .filter(({ from, to }) => from !== to && isFeature(from) && isFeature(to));
  expect(circlesOf(uses)).toEqual([]);
});

it('has every feature in its list', () => {
  const listed = imports.filter(({ from }) => from === 'src/features.ts').map(({ to }) => dirname(to));
  const declared = files
    .filter((file) => /^src\/[\w-]+\/feature\.ts$/.test(file))
    .map((file) => dirname(file))
    .filter((folder) => folder !== 'src/feature');
  expect(declared.filter((folder) => !listed.includes(folder))).toEqual([]);
  expect(declared.length).toBe(features.length);
});

it('enters a folder of src that has an index through it', () => {
  const closed = files
    .filter((file) => file.startsWith('src/') && file.endsWith('/index.ts'))
    .map((file) => `${dirname(file)}/`);
  expect(features.filter((feature) => !closed.includes(`src/${feature}/`))).toEqual([]);
  const wrong = imports.filter(({ from, to }) =>
    closed.some((folder) => to.startsWith(folder) && !from.startsWith(folder) && to !== `${folder}index.ts`),
  );
  expect(wrong).toEqual([]);
});

it('tells by what tests import which of them need a prepared machine', () => {
  // The hostile engines live in memory; what stands before them, as a real sshd, is of the machine.
  const machine = /^test\/(fleet\/(?!slot\.ts|hostile\/)|tools\/|kit\/(chromium|oathtool)\.ts)/;
  const modules = testModules();
  const fast = fastTests();
  expect(fast.filter((file) => [...(modules.get(file)?.reaches ?? [])].some((one) => machine.test(one)))).toEqual([]);
  expect(fast).toEqual(
    expect.arrayContaining(['test/members/members.test.ts', 'test/prisma/embedded.test.ts', 'test/rest/lists.test.ts']),
  );
});

it('reaches servers and, past the tenant boundary, the database from services alone', () => {
  expect(imports.filter(({ from, to }) => /^(schema|rest)\//.test(from) && to.startsWith('src/remote/'))).toEqual([]);
  const queries = /\bprisma\s*\.\s*\w+\s*\.\s*\w+\s*\(|\bpool\s*\.\s*query\b|\$(query|execute)Raw/;
  expect(files.filter((file) => /^(schema|rest)\//.test(file) && queries.test(textOf.get(file) ?? ''))).toEqual([]);
});
