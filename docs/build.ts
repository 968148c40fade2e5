import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
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

/** Makes the documentation, GraphiQL and the playground as static files. Quick when nothing changed. */
export async function buildDocs(schema: GraphQLSchema): Promise<void> {
  const apps = ['docs/apps/**', 'package-lock.json'];
  await whenChanged('apps', apps, async () => {
    const { build } = await import('vite');
    await build({ configFile: join(here, 'apps/vite.config.ts') });
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
