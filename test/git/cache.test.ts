import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Git } from '../../src/git/index.ts';
import { newId } from '../../src/ids.ts';
import { everywhere } from '../kit/everywhere.ts';

const root = await mkdtemp(join(tmpdir(), 'ocore-cache-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const inside = (directory: string): Git =>
  new Git({
    directory,
    networks: everywhere,
    limits: { seconds: 1, bytes: 1 },
  });

it('deletes what was saved of repositories that are gone, and nothing else', async () => {
  const [there = '', gone = ''] = [newId(), newId()];
  for (const name of [there, gone, 'other']) await mkdir(join(root, name, 'all-sha1'), { recursive: true });
  const asked: string[] = [];
  await inside(root).prune(async (ids) => {
    asked.push(...ids);
    return new Set([there]);
  });
  expect(asked.sort()).toEqual([there, gone].sort());
  expect((await readdir(root)).sort()).toEqual([there, 'other'].sort());
});

it('asks for nothing where nothing was saved', async () => {
  let asked = false;
  await inside(join(root, 'missing')).prune(async () => {
    asked = true;
    return new Set();
  });
  expect(asked).toBe(false);
});
