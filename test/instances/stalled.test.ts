import type Docker from 'dockerode';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { afterEach, expect } from 'vitest';
import { loadSmallImages } from '../bench/small-images.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Answer, Client } from '../kit/client.ts';
import { until } from '../kit/holding.ts';
import type { Ocore } from '../kit/ocore.ts';
import { WorkerProcess } from '../kit/worker.ts';

const env = { ODOO_IMAGE: 'small-odoo', POSTGRES_IMAGE: 'small-postgres:19.0', OPERATION_LEASE: '5s' };
it.override('env', { OCORE_ROLE: 'gateway', ...env });

let ocore: Ocore;
let owner: Client;
let server: FleetServer;
let serverId: string;
let environmentId: string;
const workers: WorkerProcess[] = [];

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  ocore = started;
  owner = person;
  server = first;
  await loadSmallImages(server.engine.docker, 3);
  const validator = worker();
  serverId = await owner.activeServer(server);
  await validator.kill();
  environmentId = await owner.environment();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((one) => one.kill()));
});

function worker(): WorkerProcess {
  const made = new WorkerProcess(ocore, env);
  workers.push(made);
  return made;
}

const create = (name: string, input: Record<string, unknown> = {}) =>
  owner.post('/instances', { name, serverId, environmentId, adminEmail: 'admin@example.com', ...input });
/** How it ended; a failure with its reason. */
async function endOf(answer: Answer, field = 'operationId'): Promise<string> {
  const operation = await owner.finished(answer.text(field));
  const [code, message] = ['code', 'message'].map((field) => operation.at(`data.operationUpdated.error.${field}`));
  const status = operation.text('data.operationUpdated.status');
  return status === 'failed' ? `${status}: ${String(code)}, ${String(message)}` : status;
}

/** Another image than the small one, under a name of its own: programs by their paths. */
async function image(repo: string, files: Readonly<Record<string, string>>): Promise<void> {
  const container = await server.engine.docker.createContainer({ Image: 'small-odoo:19.0', Cmd: ['true'] });
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) pack.entry({ name, mode: 0o755 }, content);
  pack.finalize();
  await container.putArchive(await buffer(pack), { path: '/' });
  await container.commit({ repo, tag: '19.0' });
  await container.remove({ v: true });
}

const filters = (instanceId: string) => ({ label: [`sh.ocore.instance=${instanceId}`] });
async function found(instanceId: string): Promise<{ containers: string[]; networks: number; volumes: number }> {
  const { docker } = server.engine;
  const containers = await docker.listContainers({ all: true, filters: filters(instanceId) });
  const describe = ({ Names, State }: Docker.ContainerInfo): string =>
    `${Names.join().replace(`/ocore-${instanceId}-`, '')} ${State}`;
  return {
    containers: containers.map(describe).sort(),
    networks: (await docker.listNetworks({ filters: filters(instanceId) })).length,
    volumes: (await docker.listVolumes({ filters: filters(instanceId) })).Volumes?.length ?? 0,
  };
}
const whole = { containers: ['db running', 'odoo running'], networks: 1, volumes: 2 };
const nothing = { containers: [], networks: 0, volumes: 0 };

async function isTrue(condition: string, values: unknown[]): Promise<boolean> {
  return (await ocore.sql(`SELECT 1 FROM operations WHERE id = $1 AND ${condition}`, values)).length > 0;
}

/** Wakes a worker that slept, and waits until it has had every opportunity to go on. */
async function wake(slept: WorkerProcess): Promise<void> {
  const [now] = await ocore.sql<{ now: Date }>('SELECT clock_timestamp() AS now');
  slept.signal('SIGCONT');
  await until(
    async () => (await ocore.sql('SELECT 1 FROM worker_processes WHERE seen_at > $1', [now?.now])).length > 1,
  );
  await sleep(3000);
}

it('keeps an instance that a retry provisioned from a worker that fell asleep in the clean-up before', async () => {
  await image('broken-odoo', {
    'usr/local/bin/odoo': '#!/bin/sh\necho "2026-01-01 00:00:00,000 1 ERROR small odoo: no such module"\nexit 1\n',
  });
  const first = worker();
  const made = await create('Nearly lost', { image: 'broken-odoo:19.0' });
  const id = made.text('id');
  await until(() => isTrue('error_code IS NOT NULL', [made.text('operationId')]));
  first.signal('SIGSTOP');
  worker();
  expect(await endOf(made)).toMatch(/^failed/);
  expect(await found(id)).toEqual(nothing);
  const small = server.engine.docker.getImage('small-odoo:19.0');
  await small.tag({ repo: 'broken-odoo', tag: '19.0' });
  expect(await endOf(await owner.post(`/operations/${made.text('operationId')}/retry`), 'id')).toBe('succeeded');
  await wake(first);
  expect(await found(id)).toEqual(whole);
  const instance = await owner.get(`/instances/${id}`);
  expect([instance.at('status'), (await fetch(`${instance.text('url')}/web/login`)).status]).toEqual(['running', 200]);
}, 400_000);

it('goes on with all that a killed worker did on a server, and with what waits behind it', async () => {
  const first = worker();
  const made: Answer[] = [];
  for (let n = 1; n <= 6; n += 1) made.push(await create(`Lane ${n}`));
  await until(async () => (await ocore.sql("SELECT 1 FROM operations WHERE status = 'running'")).length === 5);
  await until(
    async () =>
      (await owner.get(`/operations/${made[5]?.text('operationId')}`)).at('waitingFor') ===
      '5 other operations on this server',
  );
  await first.kill();
  worker();
  for (const answer of made) expect(await endOf(answer)).toBe('succeeded');
  expect(await ocore.sql("SELECT state FROM pgboss.job WHERE name = 'operations'")).toEqual([]);
}, 400_000);

it('begins with an empty volume when the making of the data directory was cut short', async () => {
  // As the official image: what is half made is neither finished nor cleared at the next start.
  await image('half-postgres', {
    'usr/lib/postgresql/17/bin/pg_isready': '#!/bin/sh\n[ -e "$PGDATA/made" ]\n',
    'usr/local/bin/docker-entrypoint.sh':
      '#!/bin/sh\n[ -e "$PGDATA/half" ] && exit 1\nmkdir -p "$PGDATA"\ntouch "$PGDATA/half"\nsleep 10\nrm "$PGDATA/half"\ntouch "$PGDATA/made"\nsleep 1000000 &\nwait\n',
  });
  const made = await create('Half');
  await ocore.sql("UPDATE instances SET postgres_image = 'half-postgres:19.0' WHERE id = $1", [made.text('id')]);
  worker();
  await until(async () => (await found(made.text('id'))).containers.includes('db running'));
  await sleep(1000);
  await server.engine.docker.getContainer(`ocore-${made.text('id')}-db`).kill();
  expect(await endOf(made)).toBe('succeeded');
  expect(await found(made.text('id'))).toEqual(whole);
  expect(await endOf(await owner.delete(`/instances/${made.text('id')}`, {}))).toBe('succeeded');
}, 400_000);

it('begins the initialisation again when the engine was restarted under it', async () => {
  worker();
  const made = await create('Restarted');
  await until(
    async () => (await owner.get(`/operations/${made.text('operationId')}`)).at('steps.4.status') === 'running',
  );
  await server.engine.stop();
  await server.engine.start();
  expect(await endOf(made)).toBe('succeeded');
  expect(await found(made.text('id'))).toEqual(whole);
  expect(await endOf(await owner.delete(`/instances/${made.text('id')}`, {}))).toBe('succeeded');
  expect(await found(made.text('id'))).toEqual(nothing);
}, 400_000);

it('ends a cancelled operation though the engine stands still, says what is left, and takes it away with the instance', async () => {
  worker();
  const made = await create('Stood still');
  await until(
    async () => (await owner.get(`/operations/${made.text('operationId')}`)).at('steps.4.status') === 'running',
  );
  await server.engine.signal('SIGSTOP');
  try {
    await owner.post(`/operations/${made.text('operationId')}/cancel`);
    expect(await endOf(made)).toBe('cancelled');
  } finally {
    await server.engine.signal('SIGCONT');
  }
  const log = await owner.get(`/operations/${made.text('operationId')}/logs`);
  expect(JSON.stringify(log.body)).toContain('The clean-up did not finish');
  expect(await endOf(await owner.delete(`/instances/${made.text('id')}`, {}))).toBe('succeeded');
  expect(await found(made.text('id'))).toEqual(nothing);
}, 400_000);

it('keeps the beginning and the end of a log that never stops, and says how much it cut', async () => {
  await image('noisy-odoo', {
    'usr/local/bin/odoo':
      '#!/bin/sh\necho first\nawk \'BEGIN { for (i = 1; i <= 300000; i++) print "line " i " " i * i }\'\necho last\nexit 1\n',
  });
  worker();
  const made = await create('Noisy', { image: 'noisy-odoo:19.0' });
  expect(await endOf(made)).toMatch(/^failed: database_initialisation_failed/);
  const lines = await ocore.sql<{ seq: number; message: string; bytes: number }>(
    'SELECT seq, message, octet_length(message) AS bytes FROM operation_logs WHERE operation_id = $1 ORDER BY seq',
    [made.text('operationId')],
  );
  expect(lines.length).toBeLessThanOrEqual(4001);
  expect(lines.reduce((sum, line) => sum + line.bytes, 0)).toBeLessThan(2.2 * 1024 ** 2);
  const said = lines.map((line) => line.message);
  expect([
    said.includes('first'),
    said.includes('last'),
    said.includes('line 1 1'),
    said.includes('line 300000 90000000000'),
  ]).toEqual([true, true, true, true]);
  const cut = lines.findIndex((line) => /^\d+ lines are left out here/.test(line.message));
  expect(Number(lines[cut]?.message.split(' ')[0])).toBe((lines[cut + 1]?.seq ?? 0) - (lines[cut]?.seq ?? 0));
  const after = await owner.get(`/operations/${made.text('operationId')}/logs?after=${lines[cut]?.seq}`);
  expect(after.at('data.0.seq')).toBe(lines[cut + 1]?.seq);
}, 400_000);

it('leaves no volume behind that nobody named', async () => {
  const { docker } = server.engine;
  const { Volumes } = await docker.listVolumes();
  const used = (
    await Promise.all((await docker.listContainers({ all: true })).map(({ Id }) => docker.getContainer(Id).inspect()))
  ).flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name));
  expect(
    (Volumes ?? [])
      .filter(({ Name, Labels }) => !Labels?.['sh.ocore.instance'] && !used.includes(Name))
      .map(({ Name }) => Name),
  ).toEqual([]);
});
