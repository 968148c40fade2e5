/** Breaks things at random while users work, and checks that nothing is lost: `npm run chaos -- --seed 7 --minutes 5 [--faults 100] [--servers 2]`. */
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Chaos, type ChaosOptions, sayOptions } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    faults: { type: 'string', default: '1000' },
    servers: { type: 'string', default: '2' },
    lease: { type: 'string', default: '2' },
    dir: { type: 'string' },
  },
});
const seed = Number(values.seed ?? randomInt(1_000_000));
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
const options: ChaosOptions = {
  signal: stop.signal,
  seed,
  minutes: Number(values.minutes),
  faults: Number(values.faults),
  servers: Number(values.servers),
  lease: Number(values.lease),
  dir: values.dir ?? join(tmpdir(), `ocore-chaos-${seed}`),
  say: (line) => process.stdout.write(`${line}\n`),
};
options.say(`chaos ${sayOptions(options)}; logs in ${options.dir}`);
const began = Date.now();
const report = await Chaos.run(options);
const counts = (of: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
const total = (of: Readonly<Record<string, number | undefined>>): number =>
  Object.values(of).reduce<number>((sum, count) => sum + (count ?? 0), 0);
options.say(`faults by kind: ${counts(report.faults)}`);
options.say(`operations by kind and outcome: ${counts(report.operations)}`);
for (const what of report.violations) options.say(`violation: ${what}`);
options.say(
  `seed ${seed}: ${((Date.now() - began) / 60_000).toFixed(1)} minutes, ${total(report.faults)} faults, ${total(report.operations)} operations, ${report.restarted} instances restarted by hand, ${report.leftByAKill} operations failed on what a killed engine left, ${report.violations.length} violations`,
);
process.exit(report.violations.length > 0 ? 1 : 0);
