import { configDefaults, defineConfig } from 'vitest/config';
import { fastTests } from './test/fast.ts';

/** Long proofs against servers that fail and lie: `npm run test:survival`. */
const survival = ['test/chaos/**/*.test.ts', 'test/operations/takeover.test.ts', 'test/remote/hostile*.test.ts'];

/** `npm run test:survival` and `npm run test:fast` say which tests they mean. */
const chosen = process.env['OCORE_TESTS'];
const include = chosen === 'survival' ? survival : chosen === 'fast' ? fastTests() : ['test/**/*.test.ts'];

export default defineConfig({
  test: {
    include,
    exclude: chosen === 'survival' ? configDefaults.exclude : [...configDefaults.exclude, ...survival],
    // The files share one machine's Docker engines and ports: one after the other.
    fileParallelism: false,
    // Node runs the TypeScript itself, as it does in production; a second module system would bring a second graphql.
    experimental: { viteModuleRunner: false },
    testTimeout: 60_000,
    hookTimeout: 900_000,
  },
});
