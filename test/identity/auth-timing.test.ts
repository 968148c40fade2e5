import { afterAll, expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';

it.override('ownerName', 'known');

let known: Client;
let anonymous: Client;
let confirming: Ocore;
it.beforeAll(async ({ ocore, owner, anonymous: nobody }) => {
  known = owner;
  anonymous = nobody;
  confirming = await Ocore.start({
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    OCORE_ROLE: 'gateway',
    SIGNUP_CONFIRMATION: 'true',
  });
});
afterAll(async () => {
  await confirming?.running.stop();
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** Samples in turns, so that whatever else the machine does touches both alike. */
async function ratioOf(ask: (email: string) => Promise<unknown>): Promise<number> {
  const of = { known: [] as number[], unknown: [] as number[] };
  await ask(known.email);
  await ask('warm-up@example.com');
  for (let round = 0; round < 32; round += 1) {
    of.known.push(await timed(() => ask(known.email)));
    of.unknown.push(await timed(() => ask(`unknown-${round}@example.com`)));
  }
  return median(of.known) / median(of.unknown);
}

it.each([
  ['sign-in', (email: string) => anonymous.post('/auth/login', { email, password: 'wrong horse 1' })],
  ['forgotten password', (email: string) => anonymous.post('/auth/forgot-password', { email })],
  [
    'sign-up',
    (email: string) =>
      new Client(confirming.url, null, null).post('/auth/signup', { email, password: 'correct horse 1', name: 'Ada' }),
  ],
])('takes the same time for known and unknown accounts: %s', async (_what, ask) => {
  const ratio = await ratioOf(ask);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
});
