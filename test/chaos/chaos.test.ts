import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from './random.ts';
import { scheduleFaults } from './faults.ts';
import { Chaos, sayOptions } from './run.ts';
import { scheduleWishes } from './traffic.ts';

/** Printed, so that a run that found something can be repeated. Other seeds are for `CHAOS_SEED=… npx vitest run test/chaos` and `npm run chaos`. */
const seed = Number(process.env['CHAOS_SEED'] ?? 1);

it('gives the same schedule for the same seed', () => {
  const schedule = (from: number) => {
    const random = new Random(from);
    return [scheduleFaults(random, 20, { servers: 2, lease: 2 }), scheduleWishes(random, 20_000)];
  };
  expect(schedule(seed)).toEqual(schedule(seed));
  expect(schedule(seed)).not.toEqual(schedule(seed + 1));
});

it('loses nothing and leaves nothing while workers, servers, the database and the gateway break', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-chaos-'));
  const lines: string[] = [];
  const options = {
    seed,
    minutes: 1.5,
    faults: 16,
    servers: 1,
    lease: 5,
    dir,
    say: (line: string) => {
      lines.push(line);
    },
  };
  process.stdout.write(`chaos ${sayOptions(options)}\n`);
  const report = await Chaos.run(options);
  const kinds = Object.values(report.faults).reduce((sum, count) => sum + count, 0);
  if (report.violations.length === 0) await rm(dir, { recursive: true, force: true });
  // What happened stands beside what is wrong.
  expect({ violations: report.violations, faults: kinds > 0, log: report.violations.length > 0 ? lines : [] }).toEqual({
    violations: [],
    faults: true,
    log: [],
  });
}, 600_000);
