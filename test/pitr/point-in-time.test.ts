import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { fleetDir } from '../fleet/slot.ts';
import type { Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { psql } from '../kit/psql.ts';

it.override('env', { MONITOR_INTERVAL: '1s', WAL_ARCHIVE_INTERVAL: '2s' });

const directory = join(fleetDir, 'point-in-time');
const database = 'remembered';

let ocore: Ocore;
let owner: Client;
let server: FleetServer;
let instance: string;
let url: string;
let destination: string;

const path = () => `/instances/${instance}/database/point-in-time`;
const state = () => owner.get(path());
const primary = (statements: string, name = database) => psql(server, `ocore-${instance}-db`, name, statements);
const customers = () => primary("SELECT count(*) FROM res_partner WHERE name LIKE 'Customer %'");
/** By the clock of the server, as a moment between two commits. */
const now = async (): Promise<string> => {
  await sleep(20);
  const at = await primary('SELECT to_char(clock_timestamp() AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\')');
  await sleep(20);
  return at;
};

async function outcome(method: string, rest: string, body: unknown = {}) {
  let answer = await owner.request(method, `/api${path()}${rest}`, body);
  // What begins by itself every two seconds is in the way now and then.
  for (; answer.status === 409; answer = await owner.request(method, `/api${path()}${rest}`, body)) await sleep(300);
  expect([rest, answer.status, answer.body]).toEqual([rest, 202, expect.anything()]);
  const operation = await owner.finished(answer.text('operationId'));
  return [operation.at('data.operationUpdated.status'), operation.at('data.operationUpdated.error')];
}

/** Waits until everything up to the moment can be restored. */
const archived = (at: string) =>
  expect
    .poll(async () => String((await state()).at('newest') ?? '') >= at, { timeout: 60_000, interval: 300 })
    .toBe(true);
const restore = (time: string) => outcome('POST', '/restore', { time });

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  [ocore, owner, server] = [started, person, first];
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const serverId = await owner.activeServer(server);
  const made = await owner.post('/instances', {
    name: 'Remembered',
    serverId,
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  });
  expect((await owner.finished(made.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  instance = made.text('id');
  url = (await owner.get(`/instances/${instance}`)).text('url');
  const [row] = await ocore.sql<{ id: string }>(
    `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, server_id, updated_at)
     SELECT gen_random_uuid(), org_id, 'Directory', 'local', $2, id, now() FROM servers WHERE id = $1 RETURNING id`,
    [serverId, { path: directory }],
  );
  destination = row?.id ?? '';
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('is off at first, and refuses what needs it', async () => {
  expect((await state()).at('status')).toBe('off');
  const refused = await owner.post(`${path()}/restore`, { time: new Date().toISOString() });
  expect([refused.status, refused.at('error.code')]).toEqual([422, 'unprocessable']);
  const archive = await owner.post(`${path()}/archive`);
  expect([archive.status, archive.at('error.code')]).toEqual([409, 'invalid_state']);
});

it('archives every change, and says what can be restored', async () => {
  expect(await outcome('PUT', '', { destinationId: destination })).toEqual(['succeeded', null]);
  await expect.poll(async () => (await state()).at('baseBackups'), { timeout: 120_000, interval: 500 }).toBe(1);
  await archived(await now());
  const shown = await state();
  expect([shown.at('status'), shown.at('statusMessage'), shown.at('retentionDays')]).toEqual(['active', null, 7]);
  expect(shown.text('oldest') < shown.text('newest')).toBe(true);
  const changed = await owner.request('PUT', `/api${path()}`, { destinationId: destination, retentionDays: 14 });
  expect([changed.status, changed.at('operationId'), (await state()).at('retentionDays')]).toEqual([200, null, 14]);
}, 600_000);

it('goes back to the second before a DELETE, and to the one after it', async () => {
  await primary("INSERT INTO res_partner (name) SELECT 'Customer ' || n FROM generate_series(1, 5) n");
  const before = await now();
  await primary("DELETE FROM res_partner WHERE name LIKE 'Customer %'");
  const after = await now();
  await primary("INSERT INTO res_partner (name) VALUES ('Customer of later')");
  await archived(await now());
  expect(await restore(before)).toEqual(['succeeded', null]);
  expect(await customers()).toBe('5');
  expect((await owner.get(`/instances/${instance}`)).at('status')).toBe('running');
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  expect(await restore(after)).toEqual(['succeeded', null]);
  expect(await customers()).toBe('0');
  const outside = await owner.post(`${path()}/restore`, { time: '2020-01-01T00:00:00Z' });
  expect([outside.status, outside.at('error.details.ranges.0.from')]).toEqual([422, (await state()).at('oldest')]);
}, 600_000);

it('loses nothing while the receiver is killed, the engine is killed, or the destination is gone', async () => {
  const receiver = server.engine.docker.getContainer(`ocore-${instance}-wal`);
  await receiver.kill();
  await primary("INSERT INTO res_partner (name) VALUES ('Customer while it was killed')");
  await expect
    .poll(async () => (await owner.get('/operations?kind=wal_archive.ship&status=failed')).at('data.0.error.code'), {
      timeout: 90_000,
      interval: 500,
    })
    .toBe('archiving_behind');
  await receiver.start();
  await rename(directory, `${directory}-gone`);
  await mkdir(directory);
  await primary("INSERT INTO res_partner (name) VALUES ('Customer while it was gone')");
  await expect
    .poll(async () => (await state()).at('statusMessage'), { timeout: 60_000, interval: 300 })
    .toEqual(expect.stringContaining('repository'));
  const stuck = (await state()).text('newest');
  await sleep(1500);
  const behind = await state();
  expect(behind.text('newest')).toBe(stuck);
  expect(Number(behind.at('lagBytes'))).toBeGreaterThan(0);
  await rm(directory, { recursive: true });
  await rename(`${directory}-gone`, directory);
  await server.engine.stop();
  await server.engine.start();
  await expect.poll(() => customers().catch(() => ''), { timeout: 60_000, interval: 500 }).toBe('2');
  const known = await now();
  await primary("DELETE FROM res_partner WHERE name LIKE 'Customer %'");
  await archived(await now());
  // It goes with the end of the operation, after what was archived.
  await expect.poll(async () => (await state()).at('statusMessage')).toBe(null);
  expect(await restore(known)).toEqual(['succeeded', null]);
  expect(await customers()).toBe('2');
}, 600_000);

it('begins again with a new base backup where changes were lost, and keeps what was archived before', async () => {
  const known = await now();
  await archived(await now());
  await server.engine.docker.getContainer(`ocore-${instance}-wal`).stop();
  await primary("SELECT pg_drop_replication_slot('ocore_wal')", 'postgres');
  await primary("INSERT INTO res_partner (name) VALUES ('Customer of the gap')");
  await expect.poll(async () => (await state()).at('baseBackups'), { timeout: 120_000, interval: 500 }).toBe(2);
  await archived(await now());
  const { ranges } = { ranges: (await state()).at('ranges') };
  expect(ranges).toHaveLength(2);
  expect(await restore(known)).toEqual(['succeeded', null]);
  expect(await customers()).toBe('2');
}, 600_000);

it('makes a base backup on request, after which the window goes on without a gap', async () => {
  expect(await outcome('POST', '/base-backup')).toEqual(['succeeded', null]);
  const shown = await state();
  expect([shown.at('baseBackups'), shown.at('ranges')]).toEqual([3, [expect.anything(), expect.anything()]]);
  // Without the right to replicate there is no copy; where the archive lacks what it should have, nothing is replaced.
  await ocore.sql("UPDATE wal_archives SET next_at = now() + interval '1 hour'");
  await primary('ALTER ROLE ocore_wal NOREPLICATION', 'postgres');
  expect(await outcome('POST', '/base-backup')).toEqual([
    'failed',
    expect.objectContaining({ code: 'base_backup_failed' }),
  ]);
  await primary('ALTER ROLE ocore_wal REPLICATION', 'postgres');
  await ocore.sql("UPDATE base_backups SET newest_at = '2100-01-01', closed = true");
  expect(await restore('2099-01-01T00:00:00Z')).toEqual([
    'failed',
    expect.objectContaining({ code: 'point_not_reached' }),
  ]);
  expect(await customers()).toBe('2');
  expect((await owner.get(`/instances/${instance}`)).at('status')).toBe('running');
}, 600_000);

it('leaves nothing when it is disabled', async () => {
  expect(await outcome('DELETE', '')).toEqual(['succeeded', null]);
  expect((await state()).at('status')).toBe('off');
  expect(await primary('SELECT count(*) FROM pg_replication_slots')).toBe('0');
  const filters = { label: [`sh.ocore.instance=${instance}`, 'sh.ocore.part=wal'] };
  expect(await server.engine.docker.listContainers({ all: true, filters })).toEqual([]);
  expect((await server.engine.docker.listVolumes({ filters })).Volumes ?? []).toEqual([]);
}, 600_000);
