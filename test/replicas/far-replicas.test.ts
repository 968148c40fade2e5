import { connect as tlsConnect } from 'node:tls';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Client } from '../kit/client.ts';
import { inContainer, psql } from '../kit/psql.ts';

it.override('env', { MONITOR_INTERVAL: '1s' });
it.override('serverCount', 2);

let owner: Client;
let near: FleetServer;
let far: FleetServer;
let farId: string;
let instance: string;
let url: string;

/** All servers are on this machine: an address of its own that containers reach. */
const address = Object.entries(networkInterfaces())
  .filter(([name]) => !name.startsWith('lo'))
  .flatMap(([, found]) => found ?? [])
  .find(({ family }) => family === 'IPv4')?.address;
const database = 'followed';
const all = () => `/instances/${instance}/database/replicas`;
const replica = async (field: string) => (await owner.get(all())).at(`data.0.${field}`);
const primary = (statements: string) => psql(near, `ocore-${instance}-db`, database, statements);
const copy = (statements: string) => psql(far, `ocore-${instance}-replica-1`, database, statements);
const becomes = (status: string) => expect.poll(() => replica('status'), { timeout: 60_000 }).toBe(status);

async function outcome(method: 'POST' | 'DELETE', path: string, body: unknown = {}) {
  const answer = await owner.request(method, `/api${path}`, body);
  expect([path, answer.status, answer.body]).toEqual([path, 202, expect.anything()]);
  const operation = await owner.finished(answer.text('operationId'));
  return [
    operation.at('data.operationUpdated.status'),
    operation.at('data.operationUpdated.error'),
    answer.text('id'),
  ] as const;
}

const create = (more: Record<string, unknown> = {}) => outcome('POST', all(), { serverId: farId, address, ...more });

/** What the instance has on a server. */
async function objects({ engine: { docker } }: FleetServer) {
  const filters = { label: [`sh.ocore.instance=${instance}`] };
  const containers = (await docker.listContainers({ all: true, filters })).flatMap(({ Names }) => Names);
  const volumes = (await docker.listVolumes({ filters })).Volumes.map(({ Name }) => Name);
  return [...containers, ...volumes, ...(await docker.listNetworks({ filters })).map(({ Name }) => Name)];
}

it.beforeAll(async ({ owner: person, fleet }) => {
  owner = person;
  const [first, second] = fleet.servers;
  if (!first || !second) throw new Error('The fleet has no two servers');
  [near, far] = [first, second];
  const serverId = await owner.activeServer(near);
  farId = await owner.activeServer(far);
  const made = await owner.post('/instances', {
    name: 'Followed',
    serverId,
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  });
  expect((await owner.finished(made.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  instance = made.text('id');
  url = (await owner.get(`/instances/${instance}`)).text('url');
}, 300_000);

it('refuses places where it cannot be, and says which port is closed', async ({ ocore }) => {
  const other = await owner.post(all(), { serverId: '0197a1f0-0000-7000-8000-000000000000' });
  expect([other.status, other.at('error.code')]).toEqual([404, 'not_found']);
  const needless = await owner.post(all(), { address });
  expect(needless.at('error.details.errors.0')).toMatchObject({ field: 'address', constraint: 'exclusive' });
  await ocore.sql("UPDATE servers SET architecture = 'riscv64' WHERE id = $1", [farId]);
  const strange = await owner.post(all(), { serverId: farId, address });
  expect([strange.status, strange.at('error.details.constraint')]).toEqual([422, 'architecture']);
  await ocore.sql(
    'UPDATE servers SET architecture = o.architecture FROM servers o WHERE servers.id = $1 AND o.id <> $1',
    [farId],
  );
  const [status, error, id] = await create({ address: '127.0.0.1' });
  expect([status, error]).toMatchObject(['failed', { code: 'replica_not_connected' }]);
  expect(JSON.stringify(error)).toMatch(/Open TCP port \d+ of /);
  expect(await objects(far)).toEqual([]);
  expect((await outcome('DELETE', `${all()}/${id}`))[0]).toBe('succeeded');
}, 120_000);

it('makes a replica on another server that follows the primary and that Odoo reads from', async () => {
  expect((await create()).slice(0, 2)).toEqual(['succeeded', null]);
  await becomes('online');
  expect([await replica('serverId'), await replica('address')]).toEqual([farId, address]);
  await primary("INSERT INTO res_partner (name) VALUES ('Known customer')");
  await expect.poll(() => copy("SELECT count(*) FROM res_partner WHERE name = 'Known customer'")).toBe('1');
  expect(await inContainer(near, `ocore-${instance}-odoo`, ['cat', '/etc/odoo/odoo.conf'])).toContain(
    `db_replica_host = ocore-${instance}-replica-1-gate`,
  );
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  await expect
    .poll(() => copy("SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'odoo'"), { timeout: 30_000 })
    .toBe('t');
}, 240_000);

it('lets nobody in who has not the certificate', async () => {
  const stranger = tlsConnect({ host: address, port: Number(await replica('port')), rejectUnauthorized: false });
  const heard: Buffer[] = [];
  stranger.on('data', (data) => heard.push(data)).on('error', () => {});
  stranger.write('P');
  await once(stranger, 'close');
  expect(Buffer.concat(heard).length).toBe(0);
});

it('tells when the servers do not reach each other, and catches up', async () => {
  const gate = near.engine.docker.getContainer(`ocore-${instance}-replica-1-gate`);
  await gate.stop();
  await becomes('offline');
  expect(await replica('statusMessage')).toContain(`must reach ${address}:`);
  await primary("INSERT INTO res_partner (name) VALUES ('Meanwhile')");
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  await gate.start();
  await becomes('online');
  await expect.poll(() => copy("SELECT count(*) FROM res_partner WHERE name = 'Meanwhile'")).toBe('1');
}, 120_000);

it('promotes it: its data is the database of the instance', async () => {
  await primary("INSERT INTO res_partner (name) VALUES ('Last customer')");
  const id = String(await replica('id'));
  const promoted = await outcome('POST', `${all()}/${id}/promote`);
  expect(promoted.slice(0, 2)).toEqual(['succeeded', null]);
  expect(await primary("SELECT count(*) FROM res_partner WHERE name LIKE '%customer'")).toBe('2');
  expect(await primary('SELECT pg_is_in_recovery()')).toBe('f');
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  expect((await owner.get(all())).at('data')).toEqual([]);
  expect(await objects(far)).toEqual([]);
  expect((await objects(near)).filter((name) => name.includes('gate'))).toEqual([]);
}, 240_000);

it('keeps its server, and goes with its instance', async () => {
  expect((await create())[0]).toBe('succeeded');
  const kept = await owner.delete(`/servers/${farId}`);
  expect([kept.status, kept.at('error.details')]).toEqual([409, { database_replicas: ['replica 1 of Followed'] }]);
  expect((await objects(far)).length).toBeGreaterThan(0);
  expect((await outcome('DELETE', `/instances/${instance}`, { confirmName: 'Followed' }))[0]).toBe('succeeded');
  expect([await objects(near), await objects(far)]).toEqual([[], []]);
}, 240_000);
