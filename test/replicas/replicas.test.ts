import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Client } from '../kit/client.ts';
import { inContainer, psql } from '../kit/psql.ts';

it.override('env', { MONITOR_INTERVAL: '1s' });

let owner: Client;
let server: FleetServer;
let instance: string;
let replica: string;
let url: string;

const database = 'followed';
const replicas = () => owner.get(`/instances/${instance}/database/replicas`);
const primary = (statements: string, name = database) => psql(server, `ocore-${instance}-db`, name, statements);
const copy = (statements: string) => psql(server, `ocore-${instance}-replica-1`, database, statements);
const conf = () => inContainer(server, `ocore-${instance}-odoo`, ['cat', '/etc/odoo/odoo.conf']);
const becomes = (status: string) =>
  expect.poll(async () => (await replicas()).at('data.0.status'), { timeout: 60_000 }).toBe(status);

async function outcome(method: 'POST' | 'DELETE', path: string, body: unknown = {}) {
  const answer = await owner.request(method, `/api/instances/${instance}/database/replicas${path}`, body);
  expect([path, answer.status, answer.body]).toEqual([path, 202, expect.anything()]);
  const operation = await owner.finished(answer.text('operationId'));
  return {
    answer,
    status: operation.at('data.operationUpdated.status'),
    error: operation.at('data.operationUpdated.error'),
  };
}

it.beforeAll(async ({ owner: person, server: first }) => {
  owner = person;
  server = first;
  const made = await owner.post('/instances', {
    name: 'Followed',
    serverId: await owner.activeServer(server),
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  });
  expect((await owner.finished(made.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  instance = made.text('id');
  url = (await owner.get(`/instances/${instance}`)).text('url');
}, 240_000);

it('makes a replica that follows the primary and that Odoo reads from', async () => {
  const made = await outcome('POST', '');
  expect([made.status, made.error]).toEqual(['succeeded', null]);
  replica = made.answer.text('id');
  await becomes('online');
  await expect.poll(async () => (await replicas()).at('data.0.lagBytes'), { timeout: 30_000 }).toBe(0);
  await primary("INSERT INTO res_partner (name) VALUES ('Known customer')");
  await expect.poll(() => copy("SELECT count(*) FROM res_partner WHERE name = 'Known customer'")).toBe('1');
  await expect(copy("INSERT INTO res_partner (name) VALUES ('Not here')")).rejects.toThrow('read-only transaction');
  expect(await conf()).toContain(`db_replica_host = ocore-${instance}-replica-1`);
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  await expect
    .poll(() => copy("SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'odoo'"), { timeout: 30_000 })
    .toBe('t');
}, 240_000);

it('tells when the replica is away, and when it is back', async () => {
  const container = server.engine.docker.getContainer(`ocore-${instance}-replica-1`);
  await container.stop();
  await becomes('offline');
  await container.start();
  await becomes('online');
}, 120_000);

it('does not promote a replica that is not connected, and lets the primary serve again', async () => {
  const container = server.engine.docker.getContainer(`ocore-${instance}-replica-1`);
  // Still there for the API, which looked at it a moment ago.
  await container.pause();
  await container.unpause();
  await container.stop();
  const path = `/api/instances/${instance}/database/replicas/${replica}/promote`;
  const answer = await owner.request('POST', path, {});
  if (answer.status === 409) expect(answer.at('error.code')).toBe('invalid_state');
  else {
    const operation = await owner.finished(answer.text('operationId'));
    expect(operation.at('data.operationUpdated.error.code')).toBe('replica_not_ready');
  }
  expect((await owner.get(`/instances/${instance}`)).at('status')).toBe('running');
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
}, 180_000);

it('tells when the primary no longer keeps what the replica needs, and makes it anew', async () => {
  await becomes('offline');
  await primary("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", 'postgres');
  await primary('SELECT pg_reload_conf()', 'postgres');
  for (let segments = 0; segments < 8; segments += 1) {
    await primary('CREATE TABLE IF NOT EXISTS filler (id int); INSERT INTO filler VALUES (1)');
    await primary('SELECT pg_switch_wal()');
  }
  await primary('CHECKPOINT');
  await becomes('lost');
  const refused = await owner.post(`/instances/${instance}/database/replicas/${replica}/promote`);
  expect([refused.status, refused.at('error.code')]).toEqual([409, 'invalid_state']);
  expect((await outcome('POST', `/${replica}/rebuild`)).status).toBe('succeeded');
  await becomes('online');
  expect(await copy("SELECT count(*) FROM res_partner WHERE name = 'Known customer'")).toBe('1');
}, 240_000);

it('promotes the replica without losing what was committed', async () => {
  await primary("INSERT INTO res_partner (name) VALUES ('Last customer')");
  const volumes = async () =>
    (await server.engine.docker.listVolumes({ filters: { label: [`sh.ocore.instance=${instance}`] } })).Volumes.map(
      ({ Name }) => Name,
    ).filter((name) => name.startsWith('ocore-') && !name.includes('-filestore-'));
  const before = await volumes();
  const promoted = await outcome('POST', `/${replica}/promote`);
  expect([promoted.status, promoted.error]).toEqual(['succeeded', null]);
  expect((await owner.get(`/instances/${instance}`)).at('status')).toBe('running');
  expect(await primary("SELECT count(*) FROM res_partner WHERE name LIKE '%customer'")).toBe('2');
  expect(await primary('SELECT pg_is_in_recovery()')).toBe('f');
  expect(await primary("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ocore\\_replica\\_%'")).toBe('0');
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  expect(await conf()).not.toContain('db_replica_host');
  expect((await replicas()).at('data')).toEqual([]);
  expect(await volumes()).toEqual(before.filter((name) => name.includes('replica')));
  for (const verb of ['stop', 'start']) {
    const answer = await owner.post(`/instances/${instance}/${verb}`);
    expect((await owner.finished(answer.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  }
  expect(await primary("SELECT count(*) FROM res_partner WHERE name LIKE '%customer'")).toBe('2');
}, 240_000);

it('removes a replica with its slot, its role and its data', async () => {
  const made = await outcome('POST', '');
  expect(made.status).toBe('succeeded');
  expect((await outcome('DELETE', `/${made.answer.text('id')}`)).status).toBe('succeeded');
  expect((await replicas()).at('data')).toEqual([]);
  expect(await primary('SELECT count(*) FROM pg_replication_slots')).toBe('0');
  const filters = { label: [`sh.ocore.replica=${made.answer.text('id')}`] };
  expect((await server.engine.docker.listVolumes({ filters })).Volumes ?? []).toEqual([]);
  expect(await conf()).not.toContain('db_replica_host');
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
}, 240_000);
