import { globSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { fastTests } from './test/fast.ts';

/** They compare how long things take: beside others they would measure those. */
const timing: ReadonlySet<string> = new Set(['test/identity/auth-timing.test.ts']);
const beside = fastTests().filter((file) => !timing.has(file));
/** `npm run test:fast` runs those that need neither root nor Docker. */
const all = process.env['OCORE_TESTS'] === 'fast' ? fastTests() : globSync('test/**/*.test.ts');
const alone = all.filter((file) => !beside.includes(file) && !file.includes('node_modules'));

const shared = {
  // Node runs the TypeScript itself, as it does in production; a second module system would bring a second graphql.
  experimental: { viteModuleRunner: false },
  // Limits are for what hangs: a busy machine is slow.
  testTimeout: 120_000,
  expect: { poll: { timeout: 20_000 } },
  hookTimeout: 900_000,
};

export default defineConfig({
  test: {
    projects: [
      // Each of these files has everything for itself.
      { test: { ...shared, name: 'fast', include: beside, maxWorkers: '100%', sequence: { groupOrder: 0 } } },
      // These share one machine's Docker engines and ports: one after the other.
      { test: { ...shared, name: 'machine', include: alone, fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
});
