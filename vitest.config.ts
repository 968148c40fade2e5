import { globSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { fastTests } from './test/fast.ts';
import { lanes } from './test/fleet/slot.ts';
import { isDeep } from './test/kit/depth.ts';

/** They compare how long things take, break what they find, or have the machine's own accounts and ports: beside others they would meet those. */
const alone: ReadonlySet<string> = new Set([
  'test/identity/auth-timing.test.ts',
  'test/chaos/chaos.test.ts',
  'test/cli/demo.test.ts',
]);
/** Long stories that others tell in part: they run with `TEST_DEPTH=all` alone, or when they are named. */
const deep: ReadonlySet<string> = new Set([
  'test/chaos/chaos.test.ts',
  'test/docs/provision.test.ts',
  'test/instances/survival.test.ts',
  'test/replicas/far-replicas.test.ts',
  'test/system-backups/fleet.test.ts',
]);
const isWanted = (file: string): boolean =>
  isDeep || !deep.has(file) || process.argv.some((word) => file.includes(word) && word.startsWith('test/'));

const fast = fastTests().filter((file) => !alone.has(file));
/** `npm run test:fast` runs those that need neither root nor Docker. */
const all = process.env['OCORE_TESTS'] === 'fast' ? fastTests() : globSync('test/**/*.test.ts').filter(isWanted);
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

/** What takes longest begins first: else everything else would be over, and it alone would run on. */
class Longest extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('/operations/takeover.test.ts');
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const together = { maxWorkers: lanes, sequence: { groupOrder: 0 } };

export default defineConfig({
  test: {
    sequence: { sequencer: Longest },
    projects: [
      // Most wait most of the time, so there are more than processors, and those of both kinds share them: each of `machine` has
      // Docker engines and ports of its own (`test/fleet/slot.ts`).
      { test: { ...shared, name: 'fast', include: fast, ...together } },
      { test: { ...shared, name: 'machine', include: machine, ...together } },
      { test: { ...shared, name: 'alone', include: last, fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
});
