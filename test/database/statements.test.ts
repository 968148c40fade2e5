import { afterAll, describe, expect } from 'vitest';
import { readdir, readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Answer, Client } from '../kit/client.ts';
import { DatabaseProxy } from '../kit/database-proxy.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { GatewayProcess } from '../kit/gateway.ts';
import { fillInstances } from '../kit/rows.ts';
import { addDeployment } from '../kit/two-orgs.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let proxy: DatabaseProxy;
let gateway: GatewayProcess;
let owner: Client;

it.beforeAll(async ({ ocore, owner: person, anonymous }) => {
  // A second gateway has the proxy to itself: nothing else runs statements there meanwhile.
  proxy = await DatabaseProxy.start(ocore.running.databaseUrl);
  gateway = await GatewayProcess.start(ocore, { DATABASE_URL: proxy.url });
  owner = gateway.client(person);
  await fillInstances(ocore, owner.org ?? '', 20);
  await fillDeployments(ocore);
  for (let session = 0; session < 5; session += 1)
    await anonymous.post('/auth/login', { email: owner.email, password: 'correct horse 1' });
  for (let key = 0; key < 5; key += 1) await owner.newKey(['view:instances']);
});
afterAll(async () => {
  await gateway?.kill('SIGTERM');
  await proxy?.stop();
});

/** To each instance one, and one after it. */
async function fillDeployments(ocore: Ocore): Promise<void> {
  const first = new Map<string, string>();
  const instances = await ocore.sql<{ id: string }>('SELECT id FROM instances');
  for (const { id } of instances) first.set(id, await addDeployment(ocore, id));
  for (const { id } of instances)
    await ocore.sql('UPDATE deployments SET previous_id = $2 WHERE id = $1', [
      await addDeployment(ocore, id),
      first.get(id),
    ]);
}

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
  ['/environments', 4],
  ['/operations', 3],
  ['/user/sessions', 2],
  ['/api-keys', 3],
  ['/members', 6],
  ['/roles', 4],
  ['/audit-logs', 2],
  ['/user/orgs', 4],
  ['/deployments', 4],
])('lists %s by REST in %i statements, however many rows', async (path, most) => {
  expect(await statementsOf(() => owner.get(path))).toBeLessThanOrEqual(most);
});

it.each([
  [
    'instances with their servers and environments',
    '{ instances(first: 20) { nodes { id name url server { name status } environment { name type } } } }',
    4,
  ],
  [
    'deployments with their environments, operations and what they are compared with',
    '{ deployments(first: 20) { nodes { id serving environment { name } operation { kind steps { name } } sources { compareUrl } } } }',
    7,
  ],
  [
    'instances with the deployments that serve',
    '{ instances(first: 20) { nodes { id deployment { id serving } } } }',
    4,
  ],
  ['operations with their steps', '{ operations(first: 20) { nodes { id kind steps { title status } } } }', 3],
  [
    'projects with their environments and these with their instances and operations',
    '{ projects(first: 5) { nodes { id environments(first: 5) { totalCount nodes { id instances(first: 5) { totalCount nodes { id url operations(first: 2) { totalCount nodes { id steps { name } } } } } } } } } }',
    9,
  ],
  [
    'servers with their instances, in two ways',
    '{ organization { servers { nodes { id running: instances(first: 2, status: running) { nodes { id } } all: instances(first: 5) { nodes { id } } } } } }',
    5,
  ],
])('lists %s by GraphQL without a statement a row', async (_what, query, most) => {
  expect(await statementsOf(() => owner.graphql(query))).toBeLessThanOrEqual(most);
});

describe('a row that vanishes between two statements of a request', () => {
  const emailsOf = (answer: Answer): string[] =>
    z
      .array(z.object({ email: z.string() }))
      .parse(answer.at('data'))
      .map(({ email }) => email);
  const table = (name: string): string => `"public"."${name}"`;
  const deletion = (ocore: Ocore, name: string, id: string) => () =>
    ocore.sql(`DELETE FROM ${name} WHERE id = $1`, [id]);

  it('is not found where it was to be read', async ({ ocore }) => {
    const gone = await ocore.member(owner, 'Viewer');
    const memberId = await owner.memberIdOf(gone.email ?? '');
    proxy.before(`FROM ${table('users')}`, () => ocore.sql('DELETE FROM users WHERE email = $1', [gone.email]));
    const answer = await owner.get(`/members/${memberId}`);
    expect([answer.status, answer.at('error.code')]).toEqual([404, 'not_found']);
  });

  it('is left out of a list, with what belonged to it', async ({ ocore }) => {
    const gone = await ocore.member(owner, 'Viewer');
    const before = emailsOf(await owner.get('/members'));
    proxy.before(`FROM ${table('users')}`, () => ocore.sql('DELETE FROM users WHERE email = $1', [gone.email]));
    const answer = await owner.get('/members');
    expect([answer.status, emailsOf(answer)]).toEqual([200, before.filter((email) => email !== gone.email)]);

    const role = (await owner.post('/roles', { name: 'Fleeting', permissionIds: ['view:projects'] })).text('id');
    const invited = await owner.post('/members/invite', { email: 'fleeting@example.com', roleId: role });
    proxy.before(`FROM ${table('roles')}`, async () => {
      await ocore.sql('DELETE FROM invitations WHERE id = $1', [invited.text('id')]);
      await ocore.sql('DELETE FROM roles WHERE id = $1', [role]);
    });
    const invitations = await owner.get('/invitations');
    expect([invitations.status, emailsOf(invitations).includes('fleeting@example.com')]).toEqual([200, false]);
  });

  it.for([
    ['PATCH', '/projects', 'projects', { name: 'Changed' }],
    ['DELETE', '/projects', 'projects', undefined],
    ['PATCH', '/user/ssh-keys', 'ssh_keys', { label: 'changed' }],
    ['DELETE', '/user/ssh-keys', 'ssh_keys', undefined],
  ] as const)('is not found where it was to be changed: %s %s', async ([method, path, name, body], { ocore }) => {
    const id = await made(path);
    proxy.before(`${method === 'PATCH' ? 'UPDATE' : 'DELETE FROM'} ${table(name)}`, deletion(ocore, name, id));
    const answer = await owner.request(method, `/api${path}/${id}`, body);
    expect([answer.status, answer.at('error.code'), answer.at('error.details.resource')]).toEqual([
      404,
      'not_found',
      { projects: 'project', ssh_keys: 'SSH key' }[name],
    ]);
  });

  it('signs out whose account it is', async ({ ocore }) => {
    const gone = gateway.client(await ocore.owner('gone'));
    proxy.before(`FROM ${table('users')}`, () => ocore.sql('DELETE FROM users WHERE email = $1', [gone.email]));
    const answer = await gone.get('/user');
    expect([answer.status, answer.at('error.code')]).toEqual([401, 'unauthenticated']);
  });

  it('is never read by what throws for it', async () => {
    for (const folder of ['src', 'schema', 'rest']) {
      const entries = await readdir(join(import.meta.dirname, '../..', folder), {
        recursive: true,
        withFileTypes: true,
      });
      for (const entry of entries.filter((one) => one.name.endsWith('.ts'))) {
        const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
        expect([entry.name, /\.find(Unique|First)OrThrow\(/.test(text)]).toEqual([entry.name, false]);
      }
    }
  });

  async function made(path: string): Promise<string> {
    if (path === '/projects') return (await owner.post(path, { name: 'Vanishes' })).text('id');
    const publicKey = `ssh-ed25519 ${Buffer.concat([Buffer.from('0000000b7373682d6564323535313900000020', 'hex'), randomBytes(32)]).toString('base64')}`;
    return (await owner.post(path, { label: 'vanishes', publicKey })).text('id');
  }
});
