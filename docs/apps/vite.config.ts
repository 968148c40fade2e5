import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const entry = (name: string): string => resolve(import.meta.dirname, name, 'main.ts');

/** What runs in the browser: GraphiQL, the playground of the REST API, the search of the documentation, and passkeys on the sign-in page. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/docs/',
  publicDir: false,
  logLevel: 'warn',
  worker: { format: 'es' },
  build: {
    outDir: resolve(import.meta.dirname, '../dist/apps'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 10_000,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        graphiql: entry('graphiql'),
        pages: entry('pages'),
        playground: entry('playground'),
        site: entry('site'),
      },
      // "use client" speaks to server components, which are none of ours.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
