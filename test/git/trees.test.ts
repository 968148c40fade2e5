import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readlink, stat } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Git } from '../../src/git/index.ts';
import { GitHttpsServer } from '../fleet/git-server/https.ts';
import { type Content, gitmodules, ServedRepository } from '../fleet/git-server/repository.ts';
import { codeOf, never, refusal, remote, stage } from './stage.ts';

const run = promisify(execFile);
const place = await stage();
const server = await GitHttpsServer.start(place.root);
const id = randomUUID();
let git: Git;
let erp: ServedRepository;

beforeAll(async () => {
  erp = await ServedRepository.create(place.root, 'erp.git');
  git = place.git();
});
afterAll(async () => {
  await server.stop();
  await place.end();
});

const fetched = (sha: string) => git.fetch(remote(server.url('/erp.git'), { kind: 'none' }, id), sha, never);
let branches = 0;
const treeOf = async (files: Readonly<Record<string, Content>>) => {
  branches += 1;
  return fetched(await erp.commit(`b${branches}`, files));
};

it('gives a tar that tar unpacks: files, programs, links and submodules, and of it what is asked for', async () => {
  const other = await ServedRepository.create(place.root, 'other.git');
  const inner = await other.commit('main', { 'web/__init__.py': 'import x\n', up: { link: '../README.md' } });
  const large = Buffer.alloc(3_000_000, 'large');
  const tree = await treeOf({
    '.gitmodules': gitmodules({ oca: '../other.git' }),
    oca: { submodule: inner },
    'README.md': 'Read me',
    'bin/run': { program: '#!/bin/sh\n' },
    'sale/data/large.bin': large,
    'sale/empty': '',
    'sale/läßt grüßen 💚.py': 'x',
    'sale/link': { link: 'data/large.bin' },
    'sale/deep/er/up': { link: '../../../README.md' },
  });
  const whole = await buffer(tree.archive());
  const dir = await mkdtemp(join(place.root, 'unpacked-'));
  await writeFile(join(dir, 'a.tar'), whole);
  await run('tar', ['-xf', join(dir, 'a.tar'), '-C', dir]);
  expect((await readFile(join(dir, 'sale/data/large.bin'))).equals(large)).toBe(true);
  expect(await readFile(join(dir, 'sale/läßt grüßen 💚.py'), 'utf8')).toBe('x');
  expect(await readFile(join(dir, 'oca/web/__init__.py'), 'utf8')).toBe('import x\n');
  expect([(await stat(join(dir, 'bin/run'))).mode & 0o777, (await stat(join(dir, 'README.md'))).mode & 0o777]).toEqual([
    0o755, 0o644,
  ]);
  expect([await readlink(join(dir, 'oca/up')), await readlink(join(dir, 'sale/link'))]).toEqual([
    '../README.md',
    'data/large.bin',
  ]);
  // The same commit, the same bytes.
  expect((await buffer(tree.archive())).equals(whole)).toBe(true);
  const some = await buffer(tree.archive(['sale/deep', 'oca/web', './README.md']));
  await writeFile(join(dir, 'b.tar'), some);
  const { stdout } = await run('tar', ['-tf', join(dir, 'b.tar')]);
  expect(stdout.trim().split('\n').sort()).toEqual([
    'README.md',
    'oca/web/',
    'oca/web/__init__.py',
    'sale/deep/',
    'sale/deep/er/',
    'sale/deep/er/up',
  ]);
  const text = await refusal(new Promise((resolve) => resolve(tree.archive(['none']))));
  expect(text).toMatch(/^git_ref_not_found: /);
  for (const path of ['../etc', '/etc', 'sale/../../etc', '.git', 'sale//x'])
    expect(await refusal(tree.entries(path))).toMatch(/^git_refused: /);
});

it('ends the archive for whoever stops reading, and gives ids that follow the content', async () => {
  const files = { 'a/x': Buffer.alloc(8_000_000, 1), 'b/y': 'y' };
  const one = await treeOf(files);
  const reading = one.archive();
  reading.once('data', () => reading.destroy());
  await new Promise((resolve) => {
    reading.once('close', resolve);
  });
  await expect
    .poll(async () =>
      (await run('ps', ['-eo', 'args'])).stdout.split('\n').filter((line) => /^git cat-file/.test(line)),
    )
    .toEqual([]);
  const other = await treeOf({ ...files, 'b/y': 'changed' });
  const idsOf = async (tree: typeof one) =>
    Object.fromEntries((await tree.entries()).map((entry) => [entry.path, entry.id]));
  const [before, after] = [await idsOf(one), await idsOf(other)];
  expect([before['a'] === after['a'], before['b'] === after['b']]).toEqual([true, false]);
});

describe('links', () => {
  it.for([
    ['/etc/passwd'],
    ['..'],
    ['../..'],
    ['../../etc/passwd'],
    // The name before the dots may be a link itself.
    ['sub/../../etc'],
    ['sub/../x'],
    ['../.git/config'],
    ['x\\..\\y'],
    [`x${'/long'.repeat(900)}`],
    [''],
  ] as const)('that lead to %j are refused', async ([link]) => {
    const name = link === '..' || link.startsWith('../..') ? 'evil' : 'dir/evil';
    // The fsck of the transfer refuses the empty one by itself.
    const outcome = refusal(treeOf({ [name]: { link }, 'dir/y': '' }).then((tree) => buffer(tree.archive())));
    expect(await outcome).toMatch(/^git_refused: /);
  });

  it('that stay within are taken, where they are not asked for too', async () => {
    const tree = await treeOf({
      'a/b/c': { link: '../../d' },
      d: 'D',
      'a/self': { link: '.' },
      evil: { link: '/etc' },
    });
    expect((await buffer(tree.archive(['a', 'd']))).length).toBeGreaterThan(0);
    expect(await refusal(buffer(tree.archive()))).toBe('git_refused: The link evil leads out of the repository');
    expect(await refusal(tree.file('evil', 100))).toMatch(/^git_ref_not_found: /);
  });
});

describe('trees', () => {
  const raw = async (name: string, mode = '100644'): Promise<string> => {
    const blob = await erp.blob('x');
    branches += 1;
    return erp.commitTree(`b${branches}`, await erp.rawTree([{ mode, name, id: blob }]));
  };
  it.for([
    ['..'],
    ['.'],
    ['.git'],
    ['.GIT'],
    ['git~1'],
    ['.g\u200cit'],
    ['a/b'],
    ['/etc'],
    ['new\nline'],
    ['back\\slash'],
  ])('with the name %j are refused', async ([name = '']) => {
    expect(await refusal(fetched(await raw(name)))).toMatch(/^git_refused: /);
  });

  it('with a name that is no Unicode, or a mode of nothing, are refused', async () => {
    const blob = await erp.blob('x');
    const bytes = await erp.rawTree([{ mode: '100644', name: 'x', id: blob }]);
    expect(bytes).toMatch(/^[0-9a-f]{40}$/);
    expect(await refusal(fetched(await raw('device', '020000')))).toMatch(/^git_refused: /);
  });

  it('that multiply are refused before they are written out', async () => {
    let tree = await erp.rawTree([{ mode: '100644', name: 'x', id: await erp.blob('x') }]);
    for (let level = 0; level < 8; level += 1)
      tree = await erp.rawTree(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => ({ mode: '40000', name, id: tree })),
      );
    expect(await codeOf(fetched(await erp.commitTree('bomb', tree)))).toBe('git_too_large');
  });
});
