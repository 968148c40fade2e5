import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide, type Policy } from '../../src/backup-schedules/gfs.ts';
import { nextRun, runsAfter } from '../../src/backup-schedules/timing.ts';
import { prepareFleet } from '../fleet/fleet.ts';

const run = promisify(execFile);
const none: Policy = { keepLast: 0, keepHourly: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0 };

describe('what real restic keeps', () => {
  let dir: string;
  /** Over three years: several an hour, then fewer and fewer, over the ends of ISO years. */
  const times = [
    '2023-12-31T22:00:00Z',
    '2024-01-01T02:00:00Z',
    '2024-12-30T02:00:00Z',
    '2025-01-01T02:00:00Z',
    '2025-06-15T02:00:00Z',
    '2026-01-31T23:59:59Z',
    '2026-02-01T00:00:00Z',
    ...[1, 2, 3, 8, 9, 15, 22, 23].map((day) => `2026-11-${String(day).padStart(2, '0')}T02:00:00Z`),
    '2026-11-24T00:10:00Z',
    '2026-11-24T00:50:00Z',
    '2026-11-24T01:00:00Z',
    '2026-11-24T23:30:00Z',
  ].map((text) => new Date(text));

  beforeAll(async () => {
    const images = await prepareFleet();
    dir = await mkdtemp(join(tmpdir(), 'ocore-gfs-'));
    await run('mkdir', ['root', 'root/proc', 'root/dev'], { cwd: dir });
    await run('tar', ['-C', join(dir, 'root'), '-xf', join(images, 'restic.tar')]);
    await run('cp', ['-a', '/dev/null', '/dev/urandom', '/dev/random', join(dir, 'root', 'dev')]);
    await writeFile(join(dir, 'root', 'one'), 'something');
    await restic('init');
    for (const at of times)
      await restic('backup', '/one', '--time', at.toISOString().slice(0, 19).replace('T', ' '), '--host', 'one');
  }, 600_000);
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const restic = (...args: string[]) =>
    run('chroot', [join(dir, 'root'), 'restic', '-q', '-r', '/repository', '--no-cache', ...args], {
      env: { RESTIC_PASSWORD: 'one', HOME: '/', TZ: 'UTC', PATH: '/usr/bin:/bin:/usr/sbin' },
    });

  it.for<Partial<Policy>>([
    { keepLast: 3 },
    { keepHourly: 3 },
    { keepDaily: 5 },
    { keepWeekly: 3 },
    { keepWeekly: 20 },
    { keepMonthly: 4 },
    { keepYearly: 2 },
    { keepYearly: 10 },
    { keepLast: 1, keepDaily: 7, keepWeekly: 4, keepMonthly: 12, keepYearly: 3 },
    { keepLast: 1, keepHourly: 24, keepDaily: 7, keepWeekly: 4 },
    { keepLast: 1000 },
  ])('%j', async (given) => {
    const policy = { ...none, ...given };
    const options = Object.entries(policy)
      .filter(([, count]) => count > 0)
      .flatMap(([name, count]) => [`--keep-${name.slice(4).toLowerCase()}`, String(count)]);
    const { stdout } = await restic('forget', '--dry-run', '--json', '--group-by', 'host', ...options);
    const [group] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    const theirs = group.reasons
      .map((one: { snapshot: { time: string }; matches: string[] }) => [
        new Date(one.snapshot.time).toISOString(),
        one.matches.map((match) => match.replace(' snapshot', '')),
      ])
      .sort();
    const ours = decide(
      times.map((at) => ({ at })),
      policy,
    )
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ taken, reasons }) => [taken.at.toISOString(), reasons])
      .sort();
    expect(ours).toEqual(theirs);
  });
});

describe('when a schedule runs', () => {
  const at = (text: string): Date => new Date(text);
  const runs = (cron: string, timeZone: string, after: string): string[] =>
    runsAfter(cron, timeZone, at(after), 3).map((one) => one.toISOString());

  it('follows the clocks of its time zone, once a day also when they change', () => {
    // Berlin, spring: 02:30 does not exist on the 29th.
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-27T12:00:00Z').map((text) => text.slice(0, 10))).toEqual([
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
    ]);
    // Autumn: 02:30 exists twice on the 25th of October.
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z').map((text) => text.slice(0, 10))).toEqual([
      '2026-10-25',
      '2026-10-26',
      '2026-10-27',
    ]);
    expect(runs('30 2 * * *', 'UTC', '2026-10-24T12:00:00Z')[0]).toBe('2026-10-25T02:30:00.000Z');
  });

  it('begins within its random minutes', () => {
    const timing = { cron: '0 3 * * *', timeZone: 'UTC', jitterMinutes: 30 };
    for (let i = 0; i < 50; i += 1) {
      const next = nextRun(timing, at('2026-11-28T00:00:00Z'))?.getTime() ?? 0;
      expect(next).toBeGreaterThanOrEqual(at('2026-11-28T03:00:00Z').getTime());
      expect(next).toBeLessThanOrEqual(at('2026-11-28T03:30:00Z').getTime());
    }
  });
});
