import { execFile } from 'node:child_process';
import { on, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { guides } from '../docs/guide.ts';
import { buildImage } from '../fleet/build-image.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { forgottenVolumes } from '../fleet/forgotten-volumes.ts';
import type { Answer, Client } from '../kit/client.ts';
import { isDeep } from '../kit/depth.ts';
import { Ocore } from '../kit/ocore.ts';

let ocore: Ocore;
let owner: Client;
let server: FleetServer;
let serverId: string;
let environmentId: string;

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  ocore = started;
  owner = person;
  server = first;
  serverId = await owner.activeServer(server);
  environmentId = await owner.environment();
});

const docker = () => server.engine.docker;
const create = (more: Record<string, unknown>) =>
  owner.post('/instances', { name: 'My Odoo', serverId, environmentId, adminEmail: 'admin@example.com', ...more });

async function labelled(instanceId: string) {
  const filters = { label: [`sh.ocore.instance=${instanceId}`] };
  const [containers, networks, volumes] = await Promise.all([
    docker().listContainers({ all: true, filters }),
    docker().listNetworks({ filters }),
    docker().listVolumes({ filters }),
  ]);
  return {
    containers: containers.length,
    networks: networks.length,
    volumes: volumes.Volumes?.length ?? 0,
    forgotten: await forgottenVolumes(docker()),
  };
}

/** The volumes of a container that the image declares and nobody has named: by the directories that they are mounted at. */
async function unnamedMounts(instanceId: string, name: string): Promise<string[]> {
  const [found] = await docker().listContainers(part(instanceId, name));
  const { Mounts } = await docker()
    .getContainer(found?.Id ?? '')
    .inspect();
  return Mounts.filter(({ Name }) => !Name?.includes(instanceId)).map(({ Destination }) => Destination);
}

const whole = { containers: 2, networks: 1, volumes: 3, forgotten: [] };
const nothing = { containers: 0, networks: 0, volumes: 0, forgotten: [] };

const part = (instanceId: string, name: string) => ({
  all: true,
  filters: { label: [`sh.ocore.instance=${instanceId}`, `sh.ocore.part=${name}`] },
});

/** What the engine holds a container to, in its own words; undefined where there is none. */
async function boundsOf(instanceId: string, name: string) {
  const [found] = await docker().listContainers(part(instanceId, name));
  const info =
    found &&
    (await docker()
      .getContainer(found.Id)
      .inspect()
      .catch(() => undefined));
  if (!info) return undefined;
  const { CapAdd, CapDrop, SecurityOpt, Privileged, PidsLimit, Memory, MemorySwap, CpuPeriod, CpuQuota, CpuShares } =
    info.HostConfig;
  const added = (CapAdd ?? []).map((capability: string) => capability.replace(/^CAP_/, '')).sort();
  return {
    added,
    dropped: CapDrop,
    options: SecurityOpt,
    privileged: Privileged,
    pids: PidsLimit,
    swap: Number(MemorySwap) - Number(Memory),
    memory: Number(Memory),
    cores: Number(CpuQuota) / Number(CpuPeriod),
    weight: CpuShares,
  };
}

/** The rights of a container's first process, as the kernel has them. */
async function rightsOf(instanceId: string, name: string): Promise<string[]> {
  const [found] = await docker().listContainers(part(instanceId, name));
  const { State } = await docker()
    .getContainer(found?.Id ?? '')
    .inspect();
  const lines = (await readFile(`/proc/${State.Pid}/status`, 'utf8')).split('\n');
  return lines.filter((line) => /^(CapEff|CapBnd|NoNewPrivs):/.test(line)).map((line) => line.replace(/\s+/, ' '));
}

/** When the process in Odoo's container was started. */
async function startedAt(instanceId: string): Promise<string> {
  const [found] = await docker().listContainers(part(instanceId, 'odoo'));
  const { State } = await docker()
    .getContainer(found?.Id ?? '')
    .inspect();
  return State.StartedAt;
}

async function inContainer(instanceId: string, name: string, ...command: string[]): Promise<string> {
  const [found] = await docker().listContainers(part(instanceId, name));
  const { stdout } = await promisify(execFile)('docker', [
    '-H',
    `unix://${server.engine.socket}`,
    'exec',
    found?.Id ?? '',
    ...command,
  ]);
  return stdout.trim();
}

/**
 * Opens the WebSocket of an Odoo as its pages do, and lets Odoo's bus send something to everyone; gives what comes. The
 * message is written as `bus.bus` writes it, with PostgreSQL's notice to Odoo's process for real time.
 */
async function realTime(instance: Answer, text: string): Promise<unknown> {
  const socket = new WebSocket(instance.text('websocketUrl'), { origin: instance.text('url') });
  const psql = async (database: string, statement: string): Promise<string> =>
    inContainer(instance.text('id'), 'database', 'psql', '-U', 'postgres', '-d', database, '-Atc', statement);
  const channel = '["my_odoo","broadcast"]';
  try {
    await once(socket, 'open', { signal: AbortSignal.timeout(30_000) });
    const messages = on(socket, 'message', { signal: AbortSignal.timeout(30_000) });
    socket.send(JSON.stringify({ event_name: 'subscribe', data: { channels: [], last: 0 } }));
    const message = JSON.stringify({ type: 'test', payload: text });
    await psql(
      'my_odoo',
      `INSERT INTO bus_bus (channel, message, create_date) VALUES ('${channel}', '${message}', now() at time zone 'utc')`,
    );
    await psql('postgres', `NOTIFY imbus, '[${channel}]'`);
    // What the bus said within the last minute comes first.
    for await (const [data] of messages) {
      const found = busMessages.parse(JSON.parse(String(data))).find((one) => one.message.payload === text);
      if (found) return found.message.payload;
    }
    return undefined;
  } finally {
    socket.terminate();
  }
}

/** What Odoo says to somebody who signs in with the credentials that were shown. */
async function signIn(instanceId: string, db: string, shown: Answer): Promise<string> {
  const url = (await owner.get(`/instances/${instanceId}`)).text('url');
  const session = await fetch(`${url}/web/session/authenticate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      params: { db, login: shown.text('login'), password: shown.text('password') },
    }),
  });
  return JSON.stringify(await session.json());
}

const busMessages = z.array(z.object({ message: z.object({ payload: z.unknown() }) }));
const postgresSetting = (instanceId: string, name: string): Promise<string> =>
  inContainer(instanceId, 'database', 'psql', '-U', 'postgres', '-Atc', `SHOW ${name}`);

const unprivileged = { dropped: ['ALL'], options: ['no-new-privileges'], privileged: false, swap: 0 };
const odooBounds = { ...unprivileged, added: [], pids: 1024, weight: 256 };

describe('an instance on a real server', () => {
  let id: string;

  it('is provisioned with live steps, and Odoo answers', async () => {
    const answer = await create({
      country: 'VN',
      language: 'es_419',
      modules: ['account'],
      envVars: [{ name: 'HOSTILE', value: "'; touch /tmp/ocore-hostile; $(id)\n`id`" }],
    });
    expect(answer.status).toBe(202);
    expect(answer.at('status')).toBe('provisioning');
    expect(answer.headers.get('location')).toBe(`/api/operations/${answer.text('operationId')}`);
    id = answer.text('id');
    const operation = await owner.finished(answer.text('operationId'));
    expect(operation.at('data.operationUpdated.error')).toBeNull();
    expect(operation.at('data.operationUpdated.status')).toBe('succeeded');
    expect(operation.at('data.operationUpdated.progress')).toBe(100);
    const instance = await owner.get(`/instances/${id}`);
    expect(instance.at('status')).toBe('running');
    const login = await fetch(`${instance.text('url')}/web/login`);
    expect(login.status).toBe(200);
    expect(await login.text()).toContain('csrf_token');
    expect(await labelled(id)).toEqual(whole);
    // What must live is in a volume with a name. The modules that an image brings come again with each container.
    expect(await unnamedMounts(id, 'database')).toEqual([]);
    expect(await unnamedMounts(id, 'odoo')).toEqual(['/mnt/extra-addons']);
    const said = await owner.get(`/instances/${id}/logs?lines=1000`);
    // Odoo warns about no setting that it misses, does not know or finds wrong.
    expect(JSON.stringify(said.body)).not.toMatch(/WARNING \S+ odoo\.tools\.config/);
  }, 180_000);

  it('has its country before its modules, which choose by it, and its language', async () => {
    const facts = `SELECT company.chart_template, currency.name, country.code, module.state, partner.lang, lang.active
      FROM res_company company
      JOIN res_currency currency ON currency.id = company.currency_id
      JOIN res_country country ON country.id = company.account_fiscal_country_id
      JOIN res_users admin ON admin.id = 2 JOIN res_partner partner ON partner.id = admin.partner_id
      JOIN res_lang lang ON lang.code = partner.lang, ir_module_module module WHERE module.name = 'l10n_vn'`;
    expect(await inContainer(id, 'database', 'psql', '-U', 'postgres', '-d', 'my_odoo', '-Atc', facts)).toBe(
      'vn|VND|VN|installed|es_419|t',
    );
  });

  it('runs without privileges, and no container has the whole server', async () => {
    const server = await owner.get(`/servers/${serverId}`);
    const [cores, memory] = [Number(server.at('cpuCores')), Number(server.at('ramTotalBytes'))];
    const database = await boundsOf(id, 'database');
    const odoo = await boundsOf(id, 'odoo');
    expect(database).toMatchObject({
      ...unprivileged,
      added: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
      pids: 512,
      weight: 512,
      cores: cores * 0.5,
    });
    expect(odoo).toMatchObject({ ...odooBounds, cores: cores * 0.75 });
    for (const bounds of [database, odoo]) expect(bounds?.memory).toBeGreaterThan(0);
    expect(await postgresSetting(id, 'shared_buffers')).toBe(
      `${Math.floor((database?.memory ?? 0) / 4 / 1024 ** 2)}MB`,
    );
    expect((database?.memory ?? 0) + (odoo?.memory ?? 0)).toBeLessThan(memory * 0.91);
    // PostgreSQL has become postgres and holds nothing any more; what it could get back is what its entrypoint needs.
    expect(await rightsOf(id, 'database')).toEqual([
      'CapEff: 0000000000000000',
      'CapBnd: 00000000000000cb',
      'NoNewPrivs: 1',
    ]);
    expect(await rightsOf(id, 'odoo')).toEqual([
      'CapEff: 0000000000000000',
      'CapBnd: 0000000000000000',
      'NoNewPrivs: 1',
    ]);
    expect(
      await inContainer(
        id,
        'database',
        'stat',
        '-c',
        '%a %U',
        '/var/lib/postgresql/data/pgdata',
        '/etc/ocore-postgres-password',
      ),
    ).toBe('700 postgres\n400 root');
    expect(await inContainer(id, 'odoo', 'id', '-un')).toBe('odoo');
    expect(await inContainer(id, 'odoo', 'grep', '^http_interface', confPath)).toBe('http_interface = 0.0.0.0');
  });

  it('lets the administrator in with the password that is shown once', async () => {
    const shown = await owner.post(`/instances/${id}/admin-password`);
    expect(shown.status).toBe(200);
    expect(await signIn(id, 'my_odoo', shown)).toContain('"username":"admin@example.com"');
    expect((await owner.post(`/instances/${id}/admin-password`)).status).toBe(409);
  });

  it('gives its logs as the guide says, whose examples need a real container', async () => {
    const examples = guides().flatMap(({ name, blocks }) =>
      name === 'instances' ? blocks.filter(({ run }) => !run) : [],
    );
    const [list = '', query = '', stream = '', subscription = ''] = examples.map(({ text }) => text);
    expect(examples.map(({ language }) => language)).toEqual(['sh', 'graphql', 'sh', 'graphql']);
    const env = {
      PATH: process.env['PATH'] ?? '',
      API: `${ocore.url}/api`,
      TOKEN: owner.token ?? '',
      ORG: owner.org ?? '',
      INSTANCE_ID: id,
    };
    const shell = (text: string) => promisify(execFile)('bash', ['-euc', text], { env });
    expect((await shell(list.replace('traceback', 'HTTP%20service'))).stdout).toContain('HTTP service');
    const found = await owner.graphql(query.replace('$INSTANCE_ID', id).replace('traceback', 'HTTP service'));
    expect(found.at('data.instanceLogs.0.message')).toContain('HTTP service');
    // A stream does not end by itself.
    const { stdout } = await shell(`${stream.replace('curl', 'curl --max-time 10').trimEnd()} || [ $? = 28 ]`);
    expect(stdout).toContain('HTTP service');
    for await (const event of owner.subscribe(subscription.replace('$INSTANCE_ID', id))) {
      expect(event.at('data.instanceLogs.message')).toBeTypeOf('string');
      break;
    }
  });

  it('gives its logs with levels, and the operation its own without a gap', async () => {
    const logs = await owner.get(`/instances/${id}/logs?lines=50`);
    expect(logs.at('data.0.level')).toBeTypeOf('string');
    expect(JSON.stringify(logs.body)).toContain('HTTP service');
    const operations = await owner.get(`/operations?resource_id=${id}`);
    const operationId = String(operations.at('data.0.id'));
    const seqs: unknown[] = [];
    for await (const event of owner.subscribe('subscription ($id: ID!) { operationLogs(id: $id, after: 3) { seq } }', {
      id: operationId,
    }))
      seqs.push(event.at('data.operationLogs.seq'));
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 4));
    expect(seqs.length).toBeGreaterThan(5);
  });

  it('is stopped, started and configured, and returns to the old settings when the new ones do not work', async () => {
    const before = await startedAt(id);
    for (const [verb, status] of [
      ['restart', 'running'],
      ['stop', 'stopped'],
      ['start', 'running'],
    ] as const) {
      const answer = await owner.post(`/instances/${id}/${verb}`);
      expect(answer.status).toBe(202);
      expect((await owner.finished(answer.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
      expect((await owner.get(`/instances/${id}`)).at('status')).toBe(status);
      if (verb === 'restart') expect(await startedAt(id)).not.toBe(before);
    }
    const alone = await owner.get(`/instances/${id}`);
    expect([alone.at('longpollingPort'), alone.at('websocketUrl')]).toEqual([
      null,
      `${alone.text('url').replace('http:', 'ws:')}/websocket`,
    ]);
    expect(await realTime(alone, 'without workers')).toBe('without workers');
    const limits = {
      cpuLimit: 1.5,
      memoryLimit: 1024 ** 3,
      processLimit: 300,
      databaseCpuLimit: 0.7,
      databaseMemoryLimit: 400 * 1024 ** 2,
      databaseProcessLimit: 200,
    };
    const good = await owner.patch(`/instances/${id}`, { logLevel: 'warn', maxCronThreads: 0, workers: 2, ...limits });
    expect((await owner.finished(good.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
    const working = await owner.get(`/instances/${id}`);
    expect(working.body).toMatchObject({ logLevel: 'warn', ...limits });
    expect(await boundsOf(id, 'odoo')).toMatchObject({ ...odooBounds, cores: 1.5, memory: 1024 ** 3, pids: 300 });
    const small = { ...unprivileged, cores: 0.7, memory: 400 * 1024 ** 2, pids: 200 };
    expect(await boundsOf(id, 'database')).toMatchObject(small);
    expect(await postgresSetting(id, 'shared_buffers')).toBe('100MB');
    expect(working.at('longpollingPort')).not.toBe(working.at('httpPort'));
    expect(working.text('websocketUrl')).toContain(`:${String(working.at('longpollingPort'))}/websocket`);
    expect(await realTime(working, 'with workers')).toBe('with workers');
    // Odoo cannot start in so little memory: it ends at once.
    const bad = await owner.patch(`/instances/${id}`, {
      workers: 0,
      limitMemorySoft: 128 * 1024 ** 2,
      limitMemoryHard: 128 * 1024 ** 2,
      databaseMemoryLimit: null,
    });
    const operation = await owner.finished(bad.text('operationId'));
    expect(operation.at('data.operationUpdated.status')).toBe('failed');
    expect(operation.at('data.operationUpdated.error.code')).toBe('odoo_not_healthy');
    const after = await owner.get(`/instances/${id}`);
    expect(after.body).toMatchObject({ status: 'running', ...limits });
    expect(await boundsOf(id, 'database')).toMatchObject(small);
    expect((await fetch(`${after.text('url')}/web/health`)).status).toBe(200);
    expect(after.at('websocketUrl')).toBe(working.at('websocketUrl'));
    expect(await realTime(after, 'again')).toBe('again');
    expect(await labelled(id)).toEqual(whole);
  }, 180_000);

  it('holds its server, and is deleted with its data only', async () => {
    expect((await owner.delete(`/servers/${serverId}`)).at('error.code')).toBe('conflict');
    const answer = await owner.delete(`/instances/${id}`);
    expect((await owner.finished(answer.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
    expect((await owner.get(`/instances/${id}`)).status).toBe(404);
    expect(await labelled(id)).toEqual(nothing);
  }, 60_000);
});

const confPath = '/etc/odoo/odoo.conf';
/** An image as companies build them from the public one, whose entrypoint is an older one. */
const companyImage = `FROM odoo:19.0
COPY entrypoint.sh /entrypoint.sh
COPY company.conf /opt/company.conf
ENV ODOO_RC=/opt/company.conf
COPY enterprise /opt/enterprise
COPY extra /mnt/extra-addons
`;

async function succeeds(answer: Answer): Promise<void> {
  const operation = await owner.finished(answer.text('operationId'));
  expect(operation.at('data.operationUpdated.error')).toBeNull();
  expect(operation.at('data.operationUpdated.status')).toBe('succeeded');
}

describe('an instance that cannot be provisioned', () => {
  let failed: string;

  it('shows Odoo’s own words about a wrong module, and leaves nothing behind', async () => {
    const answer = await create({ name: 'Wrong module', modules: ['no_such_module'] });
    const operation = await owner.finished(answer.text('operationId'));
    expect(operation.at('data.operationUpdated.status')).toBe('failed');
    expect(operation.at('data.operationUpdated.error.code')).toBe('database_initialisation_failed');
    expect(operation.at('data.operationUpdated.error.message')).toContain('no_such_module');
    expect((await owner.get(`/instances/${answer.text('id')}`)).at('status')).toBe('failed');
    expect(await labelled(answer.text('id'))).toEqual(nothing);
    failed = answer.text('id');
  }, 300_000);

  it('is corrected, provisioned again, and once more with its data kept', async () => {
    await owner.patch(`/instances/${failed}`, { modules: [], name: 'Right module', workers: 0 });
    await succeeds(await owner.post(`/instances/${failed}/provision`));
    const psql = (statement: string): Promise<string> =>
      inContainer(failed, 'database', 'psql', '-U', 'postgres', '-d', 'wrong_module', '-Atc', statement);
    await psql("CREATE TABLE kept AS SELECT 'still here' AS said");
    await inContainer(failed, 'odoo', 'touch', '/var/lib/odoo/kept');
    const volumes = async (): Promise<unknown> =>
      (await docker().listVolumes(part(failed, 'database'))).Volumes[0]?.Name;
    const before = [await volumes(), await startedAt(failed)];

    // Settings that are changed while it is stopped come with the start.
    await succeeds(await owner.post(`/instances/${failed}/stop`));
    await owner.patch(`/instances/${failed}`, { memoryLimit: 900 * 1024 ** 2, databaseProcessLimit: 211 });
    await succeeds(await owner.post(`/instances/${failed}/start`));
    expect([await boundsOf(failed, 'odoo'), await boundsOf(failed, 'database')]).toMatchObject([
      { memory: 900 * 1024 ** 2 },
      { pids: 211 },
    ]);

    await succeeds(await owner.post(`/instances/${failed}/stop`));
    await succeeds(await owner.post(`/instances/${failed}/provision`));
    expect([await volumes(), await psql('SELECT said FROM kept')]).toEqual([before[0], 'still here']);
    expect(await inContainer(failed, 'odoo', 'ls', '/var/lib/odoo/kept')).toBe('/var/lib/odoo/kept');
    expect(await startedAt(failed)).not.toBe(before[1]);
    expect(await labelled(failed)).toEqual(whole);

    // The login may have been changed in Odoo: what is shown after a reset leads in.
    await psql("UPDATE res_users SET login = 'boss@example.com' WHERE id = 2");
    await succeeds(await owner.post(`/instances/${failed}/reset-admin-password`));
    expect(await signIn(failed, 'wrong_module', await owner.post(`/instances/${failed}/admin-password`))).toContain(
      '"username":"boss@example.com"',
    );
    await psql('SET session_replication_role = replica; DELETE FROM res_users WHERE id = 2');
    const vain = await owner.post(`/instances/${failed}/reset-admin-password`);
    expect((await owner.finished(vain.text('operationId'))).at('data.operationUpdated.error.code')).toBe(
      'administrator_missing',
    );
    expect((await owner.get(`/instances/${failed}`)).at('status')).toBe('running');
    await succeeds(await owner.delete(`/instances/${failed}`));
  }, 480_000);

  it('names an image that is missing', async () => {
    const answer = await create({ name: 'Wrong image', image: '127.0.0.1:9/nobody/odoo:19.0' });
    const operation = await owner.finished(answer.text('operationId'));
    expect(operation.at('data.operationUpdated.status')).toBe('failed');
    expect(operation.at('data.operationUpdated.steps.1.status')).toBe('failed');
    expect(await labelled(answer.text('id'))).toEqual(nothing);
  }, 60_000);

  it('stops when it is cancelled in the middle of the database initialisation, and can be retried with all that its image brings', async () => {
    await buildImage(docker(), 'company-odoo:19.0', companyImage, {
      'entrypoint.sh': await readFile(join(import.meta.dirname, '../fleet/older-odoo-entrypoint.sh'), 'utf8'),
      'company.conf': '[options]\n; as users write it\nAddons_Path: /opt/enterprise,\n  /opt/absent\nworkers = 9\n',
      'enterprise/first/__init__.py': '',
      'enterprise/first/__manifest__.py': '{"name": "First", "depends": ["base"]}',
      'extra/second/__init__.py': '',
      'extra/second/__manifest__.py': '{"name": "Second", "depends": ["first"]}',
    });
    const answer = await create({ name: 'Cancelled', image: 'company-odoo:19.0', modules: ['second'], workers: 0 });
    const operationId = answer.text('operationId');
    let cancelled = false;
    let last: unknown;
    for await (const event of owner.subscribe(
      'subscription ($id: ID!) { operationUpdated(id: $id) { status steps { name status } } }',
      { id: operationId },
    )) {
      last = event.at('data.operationUpdated.status');
      if (!cancelled && event.at('data.operationUpdated.steps.4.status') === 'running') {
        cancelled = true;
        await expect.poll(() => boundsOf(answer.text('id'), 'one-off'), { timeout: 30_000 }).toMatchObject(odooBounds);
        expect((await owner.post(`/operations/${operationId}/cancel`)).status).toBe(202);
      }
    }
    expect(cancelled).toBe(true);
    expect(last).toBe('cancelled');
    expect(await labelled(answer.text('id'))).toEqual(nothing);
    const retried = await owner.post(`/operations/${operationId}/retry`);
    expect(retried.status).toBe(202);
    const operation = await owner.finished(retried.text('id'));
    expect(operation.at('data.operationUpdated.error')).toBeNull();
    const query = "SELECT name || ' ' || state FROM ir_module_module WHERE name IN ('first', 'second') ORDER BY name";
    const modules = await inContainer(
      answer.text('id'),
      'database',
      'psql',
      '-U',
      'postgres',
      '-d',
      'cancelled',
      '-Atc',
      query,
    );
    expect(modules).toBe('first installed\nsecond installed');
    const conf = await inContainer(answer.text('id'), 'odoo', 'grep', '-E', '^(addons_path|workers)', confPath);
    expect(conf).toBe('addons_path = /opt/enterprise,/opt/absent,/mnt/extra-addons\nworkers = 0');
  }, 180_000);

  it('makes one of two simultaneous instances of the same slug', async () => {
    const answers = await Promise.all([create({ name: 'Twin', slug: 'twin' }), create({ name: 'Twin', slug: 'twin' })]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
    const made = answers.find((answer) => answer.status === 202);
    await owner.post(`/operations/${made?.text('operationId') ?? ''}/cancel`);
    await owner.finished(made?.text('operationId') ?? '');
  }, 120_000);
});

describe('two instances that are made at the same time on one server', () => {
  it.runIf(isDeep)(
    'have each a port and data of their own: with and without demo data',
    async () => {
      const made = await Promise.all([create({ name: 'Demo', demo: true }), create({ name: 'Empty' })]);
      const operations = await Promise.all(
        made.map(async (answer) => {
          await owner.finished(answer.text('operationId'));
          return owner.get(`/operations/${answer.text('operationId')}`);
        }),
      );
      expect(operations.map((operation) => [operation.at('status'), operation.at('error')])).toEqual([
        ['succeeded', null],
        ['succeeded', null],
      ]);
      const began = operations.map((operation) => operation.text('startedAt')).sort();
      const ended = operations.map((operation) => operation.text('finishedAt')).sort();
      expect(began.at(-1)?.localeCompare(ended[0] ?? '')).toBe(-1);
      const instances = await Promise.all(made.map((answer) => owner.get(`/instances/${answer.text('id')}`)));
      expect(new Set(instances.map((instance) => instance.at('httpPort'))).size).toBe(2);
      const query = "SELECT demo FROM ir_module_module WHERE name = 'base'";
      const demo = await Promise.all(
        instances.map((instance) =>
          inContainer(
            instance.text('id'),
            'database',
            'psql',
            '-U',
            'postgres',
            '-d',
            instance.text('slug'),
            '-Atc',
            query,
          ),
        ),
      );
      expect([demo, instances.map((instance) => instance.at('demo'))]).toEqual([
        ['t', 'f'],
        [true, false],
      ]);
      for (const instance of instances) {
        expect((await fetch(`${instance.text('url')}/web/login`)).status).toBe(200);
        const deleted = await owner.delete(`/instances/${instance.text('id')}`);
        expect((await owner.finished(deleted.text('operationId'))).at('data.operationUpdated.status')).toBe(
          'succeeded',
        );
      }
    },
    300_000,
  );
});

describe('an operator who lets instances answer on loopback only', () => {
  it('finds them there, healthy, and no address that would not lead to them', async () => {
    const local = await Ocore.start({ INSTANCE_PORTS: 'loopback' });
    try {
      const person = await local.owner();
      const made = await person.post('/instances', {
        name: 'Behind a proxy',
        serverId: await person.activeServer(server),
        environmentId: await person.environment(),
        adminEmail: 'admin@example.com',
      });
      expect((await person.finished(made.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
      const instance = await person.get(`/instances/${made.text('id')}`);
      const [found] = await docker().listContainers(part(made.text('id'), 'odoo'));
      expect([instance.at('status'), instance.at('url'), found?.Ports.filter(({ PublicPort }) => PublicPort)]).toEqual([
        'running',
        null,
        [expect.objectContaining({ IP: '127.0.0.1', PrivatePort: 8069, PublicPort: instance.at('httpPort') })],
      ]);
      const deleted = await person.delete(`/instances/${made.text('id')}`);
      expect((await person.finished(deleted.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
    } finally {
      await local.stop();
    }
  }, 180_000);
});
