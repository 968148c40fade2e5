import { defineConfig } from 'vitest/config';
import { fastTests } from './test/fast.ts';

/** `npm run test:fast` runs those that need neither root nor Docker. */
const include = process.env['OCORE_TESTS'] === 'fast' ? fastTests() : ['test/**/*.test.ts'];

export default defineConfig({
  test: {
    include,
    // The files share one machine's Docker engines and ports: one after the other.
    fileParallelism: false,
    // Node runs the TypeScript itself, as it does in production; a second module system would bring a second graphql.
    experimental: { viteModuleRunner: false },
    // Limits are for what hangs: a busy machine is slow.
    testTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 900_000,
  },
});
