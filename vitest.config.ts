import { configDefaults, defineConfig } from 'vitest/config';

/** Long proofs against servers that fail and lie: `npm run test:survival`. */
const survival = ['test/chaos/**/*.test.ts', 'test/operations/takeover.test.ts', 'test/remote/hostile*.test.ts'];

const isSurvival = process.env['OCORE_TESTS'] === 'survival';

export default defineConfig({
  test: {
    include: isSurvival ? survival : ['test/**/*.test.ts'],
    exclude: isSurvival ? configDefaults.exclude : [...configDefaults.exclude, ...survival],
    // The files share one machine's Docker engines and ports: one after the other.
    fileParallelism: false,
    // Node runs the TypeScript itself, as it does in production; a second module system would bring a second graphql.
    experimental: { viteModuleRunner: false },
    testTimeout: 60_000,
    hookTimeout: 900_000,
  },
});
