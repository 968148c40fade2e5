import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { fastTests } from './test/fast.ts';

/** They compare how long things take, break what they find, or have the machine's own accounts and ports: beside others they would meet those. */
const alone: ReadonlySet<string> = new Set([
  'test/identity/auth-timing.test.ts',
  'test/chaos/chaos.test.ts',
  'test/cli/demo.test.ts',
]);
const fast = fastTests().filter((file) => !alone.has(file));
/** `npm run test:fast` runs those that need neither root nor Docker. */
const all = process.env['OCORE_TESTS'] === 'fast' ? fastTests() : globSync('test/**/*.test.ts');
const machine = all.filter((file) => !fast.includes(file) && !alone.has(file) && !file.includes('node_modules'));
const last = all.filter((file) => alone.has(file));

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
      // Each of these files has everything for itself. Many wait: one more than there are processors.
      {
        test: {
          ...shared,
          name: 'fast',
          include: fast,
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 0 },
        },
      },
      // Two at a time, each with Docker engines and ports of its own (`test/fleet/slot.ts`).
      { test: { ...shared, name: 'machine', include: machine, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { test: { ...shared, name: 'alone', include: last, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
});
