import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Client } from '../kit/client.ts';
import { Ocore } from '../kit/ocore.ts';
import { Receiver, receiverCertificate, receiversAllowed } from '../kit/receiver.ts';
import { WorkerProcess } from '../kit/worker.ts';
import { startChild } from './child.ts';

/** Every endpoint is told every event. */
const organizations = 1;
const endpointsOfEach = 50;
const deadOnes = 5;
const resourcesOfEach = 200;
const events = 10_000;
/** Events that are there at once, to see how many deliveries a second there are. */
const burst = 300;
const rounds = 2;
/** Events per second, where the time to arrival is measured: at most so many, and a part of what the burst showed this machine can do. */
const mostPace = 100;
const partOfBurst = 0.3;

interface Stage {
  ocore: Ocore;
  database: pg.Client;
  healthy: Receiver[];
  orgs: { id: string; healthy: Receiver[]; resources: string[] }[];
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;

/** Receivers that refuse, hang before and after TLS, reset, and fail. Gives their URLs. */
async function deadReceivers(): Promise<string[]> {
  const made = await Promise.all(Array.from({ length: 4 }, () => Receiver.start()));
  const [refusing, hanging, resetting, failing] = made;
  if (!refusing || !hanging || !resetting || !failing) throw new Error('There are no receivers');
  hanging.answer = () => {};
  resetting.answer = (response) => response.socket?.destroy();
  failing.answer = (response) => response.writeHead(500).end();
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  const address = silent.address();
  const silentUrl = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  const urls = [refusing.url, hanging.url, resetting.url, failing.url, silentUrl];
  await refusing.stop();
  return urls;
}

async function makeEndpoint(owner: Client, url: string): Promise<void> {
  const made = await owner.post('/webhook-endpoints', { url, events: ['project.updated'] });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
}

async function prepare(ocore: Ocore): Promise<Stage> {
  const dead = await deadReceivers();
  const orgs: Stage['orgs'] = [];
  for (let index = 0; index < organizations; index += 1) {
    const owner = await ocore.owner(`owner${index}`);
    const [org] = await ocore.sql<{ id: string }>('SELECT id FROM organizations WHERE slug = $1', [owner.org]);
    const deadHere = dead.splice(0, deadOnes / organizations);
    for (const url of deadHere) await makeEndpoint(owner, url);
    const healthy: Receiver[] = [];
    while (healthy.length < endpointsOfEach - deadHere.length) {
      const receiver = await Receiver.start();
      await makeEndpoint(owner, receiver.url);
      healthy.push(receiver);
    }
    orgs.push({
      id: org?.id ?? '',
      healthy,
      resources: Array.from({ length: resourcesOfEach }, () => crypto.randomUUID()),
    });
  }
  const database = new pg.Client({ connectionString: ocore.running.databaseUrl });
  await database.connect();
  return { ocore, database, orgs, healthy: orgs.flatMap(({ healthy }) => healthy) };
}

/** Writes events with the numbers from `from` on, in one transaction; each organization has its turn. */
async function write({ database, orgs }: Stage, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_value, index) => from + index);
  const orgOf = (number: number) => orgs[number % orgs.length];
  const resourceOf = (number: number) => orgOf(number)?.resources[Math.floor(number / orgs.length) % resourcesOfEach];
  await database.query('BEGIN');
  await database.query(
    `INSERT INTO outbox_events (org_id, type, resource_type, resource_id, resource_name, actor_type, actor_name, request_id, payload)
      SELECT org, 'project.updated', 'project', resource, number::text, 'user', 'Ada Lovelace', 'bench', jsonb_build_object('name', number::text)
      FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS e (org, resource, number, place) ORDER BY place`,
    [numbers.map((number) => orgOf(number)?.id), numbers.map(resourceOf), numbers],
  );
  await database.query(`SELECT pg_notify('ocore', '{"topic":"outbox"}')`);
  await database.query('COMMIT');
}

const arrived = ({ healthy }: Stage): number => healthy.reduce((sum, { received }) => sum + received.length, 0);

async function untilArrived(stage: Stage, goal: number): Promise<void> {
  for (let last = -1, still = 0; arrived(stage) < goal; await sleep(20)) {
    still = arrived(stage) === last ? still + 1 : 0;
    last = arrived(stage);
    // A minute without any arrival: what is missing will not come.
    if (still > 3000) return;
  }
}

function forget({ healthy }: Stage): void {
  for (const { received } of healthy) received.length = 0;
}

/** How many deliveries of an event there are: to the healthy endpoints of its organization. */
function expected({ orgs }: Stage, count: number): number {
  return orgs.reduce((sum, { healthy }) => sum + (count / orgs.length) * healthy.length, 0);
}

async function bare({ healthy }: Stage, count: number, body: string): Promise<number> {
  const child = await startChild(
    'test/bench/plain-sender.ts',
    {
      URLS: healthy.map(({ url }) => url).join(','),
      COUNT: String(count),
      LOOPS: String(healthy.length * 10),
      BODY: body,
      NODE_EXTRA_CA_CERTS: receiverCertificate,
    },
    (line) => line,
  );
  await child.stop();
  return Number(child.found);
}

/** What came twice, is missing, or came before an earlier one of its resource. */
function judge({ orgs }: Stage, count: number): { lost: number; misplaced: number; repeated: number } {
  const sum = { lost: 0, misplaced: 0, repeated: 0 };
  for (const { healthy } of orgs) {
    for (const { received } of healthy) {
      const ids = new Set<string>();
      const last = new Map<string, number>();
      for (const { body, headers } of received) {
        const id = headers['webhook-id'] ?? '';
        if (ids.has(id)) sum.repeated += 1;
        if (ids.has(id)) continue;
        ids.add(id);
        const { data } = JSON.parse(body);
        const number = Number(data.resourceName);
        if (number < (last.get(data.resourceId) ?? -1)) sum.misplaced += 1;
        last.set(data.resourceId, number);
      }
      sum.lost += count / orgs.length - ids.size;
    }
  }
  return sum;
}

/** Gives the deliveries per second. */
async function throughput(stage: Stage, say: (line: string) => void): Promise<number> {
  const goal = expected(stage, burst);
  const times = { bare: 0, own: 0 };
  let body = '';
  for (let round = 0; round <= rounds; round += 1) {
    forget(stage);
    const began = performance.now();
    await write(stage, 0, burst);
    await untilArrived(stage, goal);
    const own = performance.now() - began;
    const { lost, misplaced } = judge(stage, burst);
    if (lost + misplaced > 0) say(`round ${round}: ${lost} lost, ${misplaced} out of order`);
    body = stage.healthy[0]?.received[0]?.body ?? body;
    forget(stage);
    const plain = await bare(stage, goal, body);
    // The first round warms up.
    if (round > 0) {
      times.own += own;
      times.bare += plain;
    }
  }
  const perSecond = (ms: number): number => (goal * rounds * 1000) / ms;
  say(
    `${goal} deliveries at once: bare ${perSecond(times.bare).toFixed(0)}/s, webhooks ${perSecond(times.own).toFixed(0)}/s`,
  );
  say(`webhooks / bare  ${(times.bare / times.own).toFixed(2)}x  (goal >= 0.50x)`);
  return perSecond(times.own);
}

async function latency(stage: Stage, deliveriesPerSecond: number, say: (line: string) => void): Promise<void> {
  const ofEach = stage.healthy.length / organizations;
  const pace = Math.max(1, Math.min(mostPace, Math.floor((deliveriesPerSecond * partOfBurst) / ofEach)));
  forget(stage);
  const sentAt = new Map<number, number>();
  const began = performance.now();
  const atOnce = 5;
  for (let number = 0; number < events; number += atOnce) {
    for (let one = number; one < number + atOnce; one += 1) sentAt.set(one, Date.now());
    await write(stage, number, atOnce);
    await sleep(Math.max(0, began + ((number + atOnce) / pace) * 1000 - performance.now()));
  }
  const goal = expected(stage, events);
  await untilArrived(stage, goal);
  const delays = stage.healthy
    .flatMap(({ received }) =>
      received.map(({ at, body }) => at - (sentAt.get(Number(JSON.parse(body).data.resourceName)) ?? 0)),
    )
    .sort((a, b) => a - b);
  const { lost, misplaced, repeated } = judge(stage, events);
  say(
    `${events} events at ${pace}/s to ${organizations * endpointsOfEach} endpoints, ${deadOnes} of them dead: ${delays.length} of ${goal} deliveries to healthy ones, ${lost} lost, ${misplaced} out of order, ${repeated} repeated`,
  );
  const p99 = percentile(delays, 0.99);
  say(`p50 ${percentile(delays, 0.5)} ms, p99 ${p99} ms, most ${delays.at(-1)} ms`);
  say(`p99 / 2 s  ${(p99 / 2000).toFixed(2)}x  (goal <= 1.00x)`);
}

/** Deliveries against a bare loop that signs and posts with undici, and the time from commit to arrival with dead receivers. */
export async function webhooks(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway', ...receiversAllowed });
  const stage = await prepare(ocore);
  const worker = new WorkerProcess(ocore, {
    ...receiversAllowed,
    NODE_EXTRA_CA_CERTS: receiverCertificate,
    OPERATION_LEASE: '10s',
    MONITOR_INTERVAL: '30s',
  });
  try {
    // The tests of new endpoints.
    await untilArrived(stage, stage.healthy.length);
    await latency(stage, await throughput(stage, say), say);
  } finally {
    await worker.kill();
    await stage.database.end();
    await Promise.all(stage.healthy.map((receiver) => receiver.stop()));
    await ocore.stop();
  }
}
