import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

interface Import {
  from: string;
  to: string;
}

function imports(): Import[] {
  const files = globSync(['src/**/*.ts', 'schema/**/*.ts', 'rest/**/*.ts', 'prisma/*.ts'], { cwd: root });
  return files.flatMap((from) =>
    [...readFileSync(resolve(root, from), 'utf8').matchAll(/(?:from|import) '(\.[^']+)'/g)].map((match) => ({ from, to: relative(root, resolve(root, dirname(from), match[1] ?? '')) })),
  );
}

const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');

it('keeps the one way through the code: rest -> schema -> src/<feature> -> prisma or jobs -> remote', () => {
  const wrong = imports().filter(({ from, to }) => {
    // The composition root and the gateway put the parts together.
    const wires = from.startsWith('src/gateway/') || from === 'src/start.ts';
    if (from.startsWith('src/') && !wires && /^(schema|rest)\//.test(to)) return true;
    if (from.startsWith('schema/') && to.startsWith('rest/')) return true;
    if (from.startsWith('schema/') && to.startsWith('src/remote/')) return true;
    return from.startsWith('src/remote/') && to.startsWith('src/') && !to.startsWith('src/remote/');
  });
  expect(wrong).toEqual([]);
});

it('lets a feature use another only through its index', () => {
  const features = ['src/servers', 'src/instances', 'src/projects', 'src/identity', 'src/orgs', 'src/members', 'src/roles', 'src/api-keys', 'src/mail'];
  const wrong = imports().filter(({ from, to }) => features.includes(folderOf(to)) && folderOf(from) !== folderOf(to) && !from.startsWith('schema/') && !to.endsWith('/index.ts'));
  expect(wrong).toEqual([]);
});
