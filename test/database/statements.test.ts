import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../kit/client.ts';
import { DatabaseProxy } from '../kit/database-proxy.ts';
import { Ocore } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';

let dir: string;
let database: EmbeddedDatabase;
let proxy: DatabaseProxy;
let ocore: Ocore;
let owner: Client;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ocore-database-'));
  database = await startEmbedded(dir);
  proxy = await DatabaseProxy.start(database.url);
  // Only a gateway: nothing else runs statements meanwhile.
  ocore = await Ocore.start({ DATABASE_URL: proxy.url, OCORE_ROLE: 'gateway' });
  owner = await ocore.owner();
  await fillInstances(ocore, owner.org ?? '', 20);
  for (let session = 0; session < 5; session += 1)
    await new Client(ocore.url, null, null).post('/auth/login', { email: owner.email, password: 'correct horse 1' });
  for (let key = 0; key < 5; key += 1) await owner.newKey(['view:instances']);
});
afterAll(async () => {
  await ocore?.stop();
  await proxy?.stop();
  await database?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The fewest of a few times: now and then the use of a session is noted beside the request. */
async function statementsOf(work: () => Promise<{ status: number; body: unknown }>): Promise<number> {
  const counts: number[] = [];
  for (let time = 0; time < 4; time += 1) {
    const before = proxy.statements;
    const answer = await work();
    expect([answer.status, JSON.stringify(answer.body).includes('"errors"')]).toEqual([200, false]);
    counts.push(proxy.statements - before);
  }
  return Math.min(...counts);
}

// One says who asks and what they may do, the rest reads the page: never one a row.
it.each([
  ['/instances', 2],
  ['/servers', 3],
  ['/projects', 2],
  ['/environments', 2],
  ['/operations', 3],
  ['/user/sessions', 2],
  ['/api-keys', 3],
  ['/members', 6],
  ['/roles', 4],
  ['/audit-logs', 2],
  ['/user/orgs', 4],
])('lists %s by REST in %i statements, however many rows', async (path, most) => {
  expect(await statementsOf(() => owner.get(path))).toBeLessThanOrEqual(most);
});

it.each([
  [
    'instances with their servers and environments',
    '{ instances(first: 20) { nodes { id name url server { name status } environment { name type } } } }',
    4,
  ],
  ['operations with their steps', '{ operations(first: 20) { nodes { id kind steps { title status } } } }', 3],
])('lists %s by GraphQL without a statement a row', async (_what, query, most) => {
  expect(await statementsOf(() => owner.graphql(query))).toBeLessThanOrEqual(most);
});
