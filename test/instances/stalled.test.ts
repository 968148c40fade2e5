import type Docker from 'dockerode';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { afterEach, expect } from 'vitest';
import { z } from 'zod';
import { loadSmallImages } from '../bench/small-images.ts';
import { buildImage } from '../fleet/build-image.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { forgottenVolumes } from '../fleet/forgotten-volumes.ts';
import type { Answer, Client } from '../kit/client.ts';
import { events } from '../kit/events.ts';
import { until } from '../kit/holding.ts';
import type { Ocore } from '../kit/ocore.ts';
import { StepGates } from '../kit/step-gates.ts';
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

/** Only a server that the monitor finds well takes new instances: an engine may just have come back. */
async function create(name: string, input: Record<string, unknown> = {}): Promise<Answer> {
  await until(async () => (await owner.get(`/servers/${serverId}`)).at('status') === 'active');
  return owner.post('/instances', { name, serverId, environmentId, adminEmail: 'admin@example.com', ...input });
}
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
const linesOf = ({ body }: Answer) =>
  z.object({ data: z.array(z.object({ level: z.string(), message: z.string() })) }).parse(body).data;
const whole = { containers: ['db running', 'odoo running'], networks: 1, volumes: 3 };
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

it('takes away the container by which a killed worker tried a server when the validation is cancelled', async () => {
  const gates = await StepGates.install(ocore.running.databaseUrl);
  const { docker } = server.engine;
  const left = () => docker.listContainers({ all: true, filters: { label: [`sh.ocore.probe=${serverId}`] } });
  try {
    const validation = (await owner.post(`/servers/${serverId}/validate`)).text('operationId');
    await gates.close(validation, 'container');
    const first = worker();
    await until(async () => (await gates.waiting()).includes(validation));
    await gates.letBegin(validation);
    await until(() => isTrue("state ? 'probed'", [validation]));
    // What it asked for last may be carried out after its end.
    await until(async () => (await left()).length === 0);
    await first.kill();
    const Labels = { 'sh.ocore.probe': serverId };
    await docker.createContainer({ name: `ocore-probe-${serverId}`, Image: 'small-odoo:19.0', Labels });
    await owner.post(`/operations/${validation}/cancel`);
    await gates.open();
    worker();
    expect((await owner.finished(validation)).at('data.operationUpdated.status')).toBe('cancelled');
    expect(await left()).toEqual([]);
  } finally {
    await gates.open();
    await gates.end();
  }
  expect(await endOf(await owner.post(`/servers/${serverId}/validate`))).toBe('succeeded');
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

it('begins with an empty volume when PostgreSQL starts with a half-made data directory, but lets nobody in', async () => {
  const { docker } = server.engine;
  const entrypoint = await readFile(
    join(import.meta.dirname, '../../src/cli/replacement-images/image/postgres-entrypoint.sh'),
    'utf8',
  );
  const last = "  printf '\\nhost all all all";
  expect(entrypoint).toContain(last);
  // As the official image; between initdb and the rule for the network a machine may go down.
  await buildImage(docker, 'slow-postgres:17', 'FROM postgres:17\nCOPY docker-entrypoint.sh /usr/local/bin/\n', {
    'docker-entrypoint.sh': entrypoint.replace(last, `  echo "initdb is done"; sleep 6\n${last}`),
  });
  const made = await create('Cut short');
  await ocore.sql("UPDATE instances SET postgres_image = 'slow-postgres:17' WHERE id = $1", [made.text('id')]);
  worker();
  const database = docker.getContainer(`ocore-${made.text('id')}-db`);
  const said = async (): Promise<string> => (await database.logs({ stdout: true })).toString('latin1');
  await until(async () => (await said().catch(() => '')).includes('initdb is done'));
  await database.kill();
  const steps = async () => owner.get(`/operations/${made.text('operationId')}`);
  await until(async () => (await steps()).at('steps.3.status') === 'succeeded');
  const log = await owner.get(`/operations/${made.text('operationId')}/logs`);
  expect(JSON.stringify(log.body)).toMatch(/PostgreSQL does not let Odoo in: .*begins again with an empty volume/);
  await owner.post(`/operations/${made.text('operationId')}/cancel`);
  expect(await endOf(made)).toBe('cancelled');
  expect(await found(made.text('id'))).toEqual(nothing);
}, 400_000);

it('keeps an instance whose Odoo wrote errors and ended well, and gives each line of its logs whole, with its level', async () => {
  const prefix = '2026-01-01 00:00:00,000 1';
  const traceback = ['Traceback (most recent call last):', '  File "x.py", line 1, in x', 'ValueError: x'];
  // The engine's own borders, at 16 KiB, are between two characters of one of these lines, and within one of another.
  const longs = ['ü'.repeat(20_000), `x${'ü'.repeat(20_000)}`, 'x'.repeat(40_001)].map(
    (text) => `${prefix} WARNING small odoo: ${text}`,
  );
  const error = `${prefix} ERROR small odoo: cannot do it`;
  const lines = [`${prefix} INFO small odoo: begins`, error, ...traceback, ...longs];
  await image('loud-odoo', {
    'usr/local/bin/lines': lines.map((line) => `${line}\n`).join(''),
    'usr/local/bin/docker-entrypoint.sh': '#!/bin/sh\ncat /usr/local/bin/lines >&2\nexec "$@"\n',
  });
  worker();
  const made = await create('Loud', { image: 'loud-odoo:19.0' });
  expect(await endOf(made)).toBe('succeeded');
  const logged = linesOf(await owner.get(`/operations/${made.text('operationId')}/logs`));
  expect(logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([error, ...traceback]);
  const read = async (count: number) => linesOf(await owner.get(`/instances/${made.text('id')}/logs?lines=${count}`));
  const all = await read(1000);
  expect(all.map(({ message }) => message).join('')).toContain(lines.join(''));
  expect(all.filter(({ message }) => message.startsWith(`${prefix} WARNING`))).toHaveLength(longs.length);
  // The first line that is given is the second of the traceback.
  const shown = all.length - all.findIndex(({ message }) => message === traceback[1]);
  const [first, second, third] = await read(shown);
  expect([first, second].map((line) => line?.message)).toEqual(traceback.slice(1));
  expect([first?.level, second?.level, third?.level]).toEqual(['error', 'error', 'warning']);
  const followed: unknown[] = [];
  for await (const event of owner.subscribe(
    'subscription ($id: ID!, $lines: Int) { instanceLogs(id: $id, lines: $lines) { level } }',
    { id: made.text('id'), lines: shown },
  )) {
    followed.push(event.at('data.instanceLogs.level'));
    if (followed.length === 3) break;
  }
  expect(followed).toEqual(['error', 'error', 'warning']);
  await narrowsAndStreams(made.text('id'));
  expect(await endOf(await owner.delete(`/instances/${made.text('id')}`, {}))).toBe('succeeded');
}, 400_000);

/** The log by text, time and place, and as a stream that goes on where its reader was, until that reader may not read any more. */
async function narrowsAndStreams(id: string): Promise<void> {
  const path = `/instances/${id}/logs`;
  const read = async (filter: string) =>
    z
      .object({ data: z.array(z.object({ message: z.string(), cursor: z.string(), at: z.string() })) })
      .parse((await owner.get(`${path}?${filter}`)).body).data;
  const say = async (text: string): Promise<void> => {
    const odoo = server.engine.docker.getContainer(`ocore-${id}-odoo`);
    const command = await odoo.exec({ Cmd: ['sh', '-c', `echo '${text}' > /proc/1/fd/2`] });
    await command.start({ Detach: true });
    await until(async () => !(await command.inspect()).Running);
  };
  const [found] = await read('search=CANNOT%20do%20it&lines=1');
  const next = await read(`after=${found?.cursor}&lines=2`);
  expect([found?.message.endsWith('cannot do it'), next.map(({ message }) => message)]).toEqual([
    true,
    ['Traceback (most recent call last):', '  File "x.py", line 1, in x'],
  ]);
  const now = new Date().toISOString();
  expect(await read(`start_date=${now}`)).toEqual([]);
  expect((await read(`end_date=${now}&lines=1`)).length).toBe(1);
  expect((await owner.get(`${path}?after=yesterday`)).at('error.details.field')).toBe('after');

  // As browsers do, it comes again with the last event that it has when the way to the server was lost.
  let last = '';
  const seen: unknown[] = [];
  const follow = async (reader: Client, end: string): Promise<string> => {
    for (;;) {
      const headers: Record<string, string> = last ? { 'last-event-id': last } : {};
      for await (const { id: place, event, data } of events(reader, `${path}?lines=1`, headers)) {
        const told = z
          .object({ message: z.string().optional(), error: z.object({ code: z.string() }).optional() })
          .parse(JSON.parse(data ?? '{}'));
        if (told.error && told.error.code !== 'unprocessable') return told.error.code;
        if (event) break;
        if (!place) continue;
        last = place;
        seen.push(told.message);
        if (told.message === end) return end;
        if (seen.length === 1) await say('first');
      }
    }
  };
  expect(await follow(owner, 'first')).toBe('first');
  for (const line of ['second', 'third']) await say(line);
  expect(await follow(owner, 'third')).toBe('third');
  expect(seen.slice(1)).toEqual(['first', 'second', 'third']);
  const wrong = await owner.request('GET', `/api${path}`, undefined, {
    accept: 'text/event-stream',
    'last-event-id': '17',
  });
  expect([wrong.status, wrong.at('error.details.field')]).toEqual([400, 'Last-Event-ID']);
  const leaver = await ocore.member(owner, 'Viewer');
  last = '';
  const ended = follow(leaver, 'never').catch(String);
  await until(async () => seen.length === 5);
  await owner.delete(`/members/${await owner.memberIdOf(leaver.email)}`);
  expect(await ended).toMatch(/forbidden|not_found/);
}

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

it('starts an Odoo again that the engine ended in good order while its health was awaited', async () => {
  // It serves from its second start on: what ends it first is the engine, to which it answers with 0 as Odoo does.
  await image('patient-odoo', {
    'usr/local/bin/docker-entrypoint.sh': [
      '#!/bin/sh',
      'case "$*" in *--stop-after-init*) exec "$@" ;; esac',
      '[ -e /var/lib/odoo/.waited ] && exec "$@"',
      'touch /var/lib/odoo/.waited',
      'trap "exit 0" TERM',
      'sleep 1000000 &',
      'wait\n',
    ].join('\n'),
  });
  worker();
  const made = await create('Ended in good order', { image: 'patient-odoo:19.0' });
  await until(
    async () => (await owner.get(`/operations/${made.text('operationId')}`)).at('steps.6.status') === 'running',
  );
  await server.engine.docker.getContainer(`ocore-${made.text('id')}-odoo`).stop();
  expect(await endOf(made)).toBe('succeeded');
  expect(await found(made.text('id'))).toEqual(whole);
  expect(await endOf(await owner.delete(`/instances/${made.text('id')}`, {}))).toBe('succeeded');
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

it('takes away the volume of an image that an engine left when it died in the removal of a container', async () => {
  worker();
  const made = await create('Left by an engine');
  expect(await endOf(made)).toBe('succeeded');
  const id = made.text('id');
  const Labels = { 'sh.ocore.instance': id, 'sh.ocore.part': 'image' };
  await server.engine.docker.createVolume({ Name: 'left-by-the-engine', Labels });
  expect(await endOf(await owner.patch(`/instances/${id}`, { logLevel: 'warn' }))).toBe('succeeded');
  expect(await found(id)).toEqual(whole);
  expect(await endOf(await owner.delete(`/instances/${id}`, {}))).toBe('succeeded');
  expect(await found(id)).toEqual(nothing);
}, 400_000);

it('leaves no volume behind that nobody named', async () => {
  expect(await forgottenVolumes(server.engine.docker)).toEqual([]);
});

const serverStatus = async () => (await owner.get(`/servers/${serverId}`)).at('status');
const instanceStatus = async (id: string) => (await owner.get(`/instances/${id}`)).at('status');
async function facts(action: string, resourceId: string): Promise<unknown[]> {
  const { body } = await owner.get(`/audit-logs?action=${action}&resource_id=${resourceId}`);
  return z
    .object({ data: z.array(z.object({ afterState: z.unknown() })) })
    .parse(body)
    .data.map((row) => row.afterState);
}

it('is told of a container that died or was removed, and gets a new one with the next start', async () => {
  worker();
  const made = await create('Watched');
  const id = made.text('id');
  expect(await endOf(made)).toBe('succeeded');
  const seen = (await owner.get(`/instances/${id}`)).at('lastSeenAt');
  await until(async () => (await owner.get(`/instances/${id}`)).at('lastSeenAt') !== seen);
  const odoo = server.engine.docker.getContainer(`ocore-${id}-odoo`);
  const updates = owner.subscribe('subscription ($id: ID!) { instanceUpdated(id: $id) { status statusMessage } }', {
    id,
  });
  const told = (async () => {
    for await (const event of updates)
      if (event.at('data.instanceUpdated.status') === 'failed') return event.text('data.instanceUpdated.statusMessage');
    return '';
  })();
  // A stop by hand, which the engine does not undo.
  await odoo.stop();
  expect(await told).toContain('The Odoo container is not running');
  await odoo.start();
  await until(async () => (await instanceStatus(id)) === 'running');
  for (const part of ['odoo', 'db']) {
    await server.engine.docker.getContainer(`ocore-${id}-${part}`).remove({ force: true, v: true });
    await until(async () => (await instanceStatus(id)) === 'failed');
    expect((await owner.get(`/instances/${id}`)).text('statusMessage')).toContain('no longer exists on the server');
    expect(await endOf(await owner.post(`/instances/${id}/start`))).toBe('succeeded');
    expect(await found(id)).toEqual(whole);
  }
  expect(await facts('instance.error', id)).toEqual([
    { status: 'failed', reason: 'container_missing' },
    { status: 'failed', reason: 'container_missing' },
    { status: 'failed', reason: 'container_stopped' },
  ]);
  for (const part of ['odoo', 'db'])
    await server.engine.docker.getContainer(`ocore-${id}-${part}`).remove({ force: true, v: true });
  const { Volumes } = await server.engine.docker.listVolumes({ filters: filters(id) });
  for (const volume of Volumes ?? []) await server.engine.docker.getVolume(volume.Name).remove();
  await until(async () => (await instanceStatus(id)) === 'failed');
  // Without its data a new container would be another Odoo.
  expect(await endOf(await owner.post(`/instances/${id}/start`))).toMatch(/^failed: data_missing/);
  expect(await endOf(await owner.delete(`/instances/${id}`, {}))).toBe('succeeded');
}, 400_000);

it('tells that the engine stopped, and that all is well when it is back', async () => {
  worker();
  const made = await create('Engine stops');
  expect(await endOf(made)).toBe('succeeded');
  await server.engine.stop();
  await until(async () => (await serverStatus()) === 'unreachable');
  const stopped = await owner.get(`/servers/${serverId}`);
  expect(stopped.text('statusMessage')).toContain('Docker');
  // The server itself still responds.
  await until(async () => (await owner.get(`/servers/${serverId}`)).at('lastSeenAt') !== stopped.at('lastSeenAt'));
  expect(await facts('server.unreachable', serverId)).toContainEqual({
    status: 'unreachable',
    reason: 'docker_unavailable',
  });
  await server.engine.start();
  await until(async () => (await serverStatus()) === 'active' && (await instanceStatus(made.text('id'))) === 'running');
  expect(await endOf(await owner.delete(`/instances/${made.text('id')}`, {}))).toBe('succeeded');
}, 400_000);

it('lets many follow a log, and nobody else waits for them', async () => {
  worker();
  const made = await create('Followed');
  const id = made.text('id');
  expect(await endOf(made)).toBe('succeeded');
  const follow = async (): Promise<string> => {
    const query = 'subscription ($id: ID!) { instanceLogs(id: $id, lines: 1) { message } }';
    try {
      for await (const event of owner.subscribe(query, { id }))
        if (event.at('errors') !== undefined) return JSON.stringify(event.body);
      return 'its end';
    } catch (error) {
      return JSON.stringify(error);
    }
  };
  const followers = Array.from({ length: 8 }, follow);
  // The eighth waits for a place, for a while; meanwhile others look, work and watch.
  expect((await owner.get(`/instances/${id}/logs?lines=5`)).status).toBe(200);
  const seen = (await owner.get(`/servers/${serverId}`)).at('lastSeenAt');
  await until(async () => (await owner.get(`/servers/${serverId}`)).at('lastSeenAt') !== seen);
  expect(await Promise.race(followers)).toContain('Waiting for one of 7 streams');
  expect(await endOf(await owner.post(`/instances/${id}/restart`))).toBe('succeeded');
  // The log ends with the container that they followed.
  expect((await Promise.all(followers)).filter((last) => last === 'its end')).toHaveLength(7);
  expect(await endOf(await owner.delete(`/instances/${id}`, {}))).toBe('succeeded');
}, 400_000);

it('forgets an instance, and a server with the rest, when the server is gone for good and its name is typed', async () => {
  worker();
  const [first, second] = [
    await create('Forgotten'),
    await create('Gone with its server', { deletionProtected: true }),
  ];
  const [one, two] = [first.text('id'), second.text('id')];
  for (const answer of [first, second]) expect(await endOf(answer)).toBe('succeeded');
  const early = await owner.delete(`/instances/${one}`, { confirmName: 'Forgotten', force: true });
  expect([early.status, early.at('error.code'), early.at('error.details.state')]).toEqual([
    409,
    'invalid_state',
    'active',
  ]);
  const { name } = z.object({ name: z.string() }).parse((await owner.get(`/servers/${serverId}`)).body);
  expect((await owner.delete(`/servers/${serverId}`, { confirmName: name, force: true })).at('error.code')).toBe(
    'invalid_state',
  );
  await server.sshd.down();
  try {
    await until(async () => (await serverStatus()) === 'unreachable');
    for (const body of [{ force: true }, { force: true, confirmName: 'Another' }]) {
      for (const path of [`/instances/${one}`, `/servers/${serverId}`]) {
        const refused = await owner.delete(path, body);
        expect([refused.status, refused.at('error.details.field')]).toEqual([422, 'confirmName']);
      }
    }
    expect(await endOf(await owner.delete(`/instances/${one}`, { confirmName: 'Forgotten', force: true }))).toBe(
      'succeeded',
    );
    expect((await owner.get(`/instances/${one}`)).status).toBe(404);
    const left = (id: string) => ({
      server: name,
      host: server.host,
      label: `sh.ocore.instance=${id}`,
      containers: [`ocore-${id}-odoo`, `ocore-${id}-db`],
      network: `ocore-${id}`,
      volumes: [expect.stringContaining(`ocore-${id}-db-`), expect.stringContaining(`ocore-${id}-filestore-`)],
    });
    expect(await facts('instance.deleted', one)).toEqual([{ status: 'removed', reason: null, left: left(one) }]);
    const refused = await owner.delete(`/servers/${serverId}`);
    expect([refused.status, refused.at('error.details.instances')]).toEqual([
      409,
      expect.arrayContaining(['Gone with its server']),
    ]);
    await owner.post('/roles', { name: 'Servers only', permissionIds: ['manage:servers', 'view:operations'] });
    const administrator = await ocore.member(owner, 'Servers only');
    expect(
      (await administrator.delete(`/servers/${serverId}`, { confirmName: name, force: true })).at('error.details'),
    ).toEqual({ permission: 'manage:instances' });
    const names = z
      .object({ data: z.array(z.object({ name: z.string() })) })
      .parse((await owner.get(`/instances?server_id=${serverId}&limit=100`)).body)
      .data.map((row) => row.name);
    expect(await endOf(await owner.delete(`/servers/${serverId}`, { confirmName: name, force: true }))).toBe(
      'succeeded',
    );
    expect([(await owner.get(`/servers/${serverId}`)).status, (await owner.get(`/instances/${two}`)).status]).toEqual([
      404, 404,
    ]);
    expect(await facts('instance.deleted', two)).toEqual([{ status: 'removed', reason: null, left: left(two) }]);
    expect(await facts('server.deleted', serverId)).toEqual([
      { status: 'removed', reason: null, force: true, left: expect.arrayContaining(names) },
    ]);
    expect(await ocore.sql('SELECT 1 FROM port_allocations WHERE server_id = $1', [serverId])).toEqual([]);
    // Nothing was taken away there.
    for (const id of [one, two]) expect(await found(id)).toEqual(whole);
    const gone = await owner.delete('/org', { confirmSlug: owner.org, password: 'correct horse 1' });
    expect(gone.status).toBe(202);
    await until(async () => (await owner.get('/org')).status === 404);
  } finally {
    await server.sshd.start();
  }
}, 400_000);
