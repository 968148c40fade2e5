import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { GraphQLSchema } from 'graphql';
import { z } from 'zod';

const here = import.meta.dirname;
const root = resolve(here, '..');
/** What the gateway serves; git-ignored, made again when its sources changed. */
export const dist = join(here, 'dist');

function hashOf(patterns: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of globSync([...patterns], { cwd: root, exclude: (path) => path.includes('node_modules') }).sort()) {
    if (file.includes('.'))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

/** Runs `make` unless its result was made from the same files. */
async function whenChanged(name: string, patterns: readonly string[], make: () => Promise<void>): Promise<void> {
  const stamp = join(dist, `${name}.stamp`);
  const hash = hashOf(patterns);
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) return;
  await make();
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, hash);
}

const manifest = z.record(
  z.string(),
  z.object({ file: z.string(), css: z.array(z.string()).optional(), imports: z.array(z.string()).optional() }),
);

/** The addresses of each program's script and styles, which carry their content's hash. */
async function builtApps(): Promise<Record<string, { script: string; styles: string[] }>> {
  const chunks = manifest.parse(JSON.parse(await readFile(join(dist, 'apps/manifest.json'), 'utf8')));
  const stylesOf = (name: string): string[] => [
    ...(chunks[name]?.imports ?? []).flatMap(stylesOf),
    ...(chunks[name]?.css ?? []),
  ];
  return Object.fromEntries(
    ['graphiql', 'playground', 'site'].map((app) => {
      const name = `${app}/main.ts`;
      return [
        app,
        {
          script: `/docs/${chunks[name]?.file ?? ''}`,
          styles: [...new Set(stylesOf(name))].map((file) => `/docs/${file}`),
        },
      ];
    }),
  );
}

/** Leaves every program beside itself in brotli, so that no request waits for it. */
async function compressApps(): Promise<void> {
  const folder = join(dist, 'apps/assets');
  const compress = promisify(brotliCompress);
  for (const file of globSync('*.{js,css,ttf}', { cwd: folder })) {
    const content = await readFile(join(folder, file));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    await writeFile(join(folder, `${file}.br`), await compress(content, { params }));
  }
}

/** Makes the documentation, GraphiQL and the playground as static files. Quick when nothing changed. */
export async function buildDocs(schema: GraphQLSchema): Promise<void> {
  const apps = ['docs/apps/**', 'docs/build.ts', 'package-lock.json'];
  await whenChanged('apps', apps, async () => {
    const { build } = await import('vite');
    await build({ configFile: join(here, 'apps/vite.config.ts') });
    await compressApps();
  });
  await whenChanged(
    'pages',
    [...apps, 'docs/*.ts', 'docs/site/**', 'schema.graphql', 'openapi.json', 'src/error*.ts'],
    async () => {
      const { buildPages } = await import('./site/build-pages.ts');
      await buildPages(join(dist, 'pages'), schema, await builtApps());
    },
  );
}
