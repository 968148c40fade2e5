import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The files share one machine's Docker engines and ports: one after the other.
    fileParallelism: false,
    // Node runs the TypeScript itself, as it does in production; a second module system would bring a second graphql.
    experimental: { viteModuleRunner: false },
    testTimeout: 60_000,
    hookTimeout: 900_000,
  },
});
