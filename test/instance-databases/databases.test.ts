import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { buildImage } from '../fleet/build-image.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { loadNewerPostgres } from '../fleet/newer-postgres/load.ts';
import type { Answer, Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { loadDatabaseOdoo } from './odoo-image.ts';

/** The real next release, one that does not start, and one that is not what it says. */
const newer = 'postgres:18,broken-postgres:19,lying-postgres:20';

it.override('env', { ODOO_IMAGE: 'database-odoo', POSTGRES_UPGRADE_IMAGES: newer });

let ocore: Ocore;
let owner: Client;
let server: FleetServer;
let id: string;
let base: string;

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  ocore = started;
  owner = person;
  server = first;
  await loadDatabaseOdoo(server.engine.docker);
  const serverId = await owner.activeServer(server);
  const made = await owner.post('/instances', {
    name: 'Books',
    serverId,
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
    databaseMemoryLimit: 512 * 1024 ** 2,
  });
  id = made.text('id');
  base = `/instances/${id}/database`;
  await succeeded(made);
}, 300_000);

/** The end of the operation that an answer names. */
const ended = async (answer: Answer): Promise<Answer> => {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return owner.finished(answer.text('operationId'));
};
async function succeeded(answer: Answer): Promise<void> {
  const last = await ended(answer);
  expect([last.at('data.operationUpdated.status'), last.at('data.operationUpdated.error')]).toEqual([
    'succeeded',
    null,
  ]);
}

const query = (sql: string, more: object = {}): Promise<Answer> => owner.post(`${base}/query`, { sql, ...more });
/** The one value of a statement in the instance's database, by its superuser. */
async function psql(statement: string, database = 'books'): Promise<string> {
  const container = server.engine.docker.getContainer(`ocore-${id}-db`);
  const exec = await container.exec({
    Cmd: ['psql', '-X', '-A', '-t', '-q', '-U', 'postgres', '-d', database, '-c', statement],
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream = await exec.start({ Tty: true });
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text.replaceAll('\r', '').trim();
}
const page = async (path = '/web/login'): Promise<Response> => {
  const port = (await owner.get(`/instances/${id}`)).at('httpPort');
  return fetch(`http://127.0.0.1:${port}${path}`);
};

it('shows the state of the server and of its tables', async () => {
  await psql('VACUUM ANALYZE');
  const state = await owner.get(base);
  expect([state.status, state.body]).toEqual([
    200,
    expect.objectContaining({
      instanceId: id,
      name: 'books',
      image: 'postgres:17',
      version: expect.stringMatching(/^17\./),
      maxConnections: 100,
      statementsTracked: true,
    }),
  ]);
  expect(Number(state.at('sizeBytes'))).toBeGreaterThan(1_000_000);
  const tables = await owner.get(`${base}/tables?limit=2`);
  expect(tables.at('data.0')).toMatchObject({
    schema: 'public',
    name: 'res_partner',
    rows: 2000,
    bloatBytes: expect.any(Number),
  });
  const asked = await owner.graphql(`{ instance(id: "${id}") { database { name version } } }`);
  expect(asked.at('data.instance.database.name')).toBe('books');
});

it('names the statements that took the most, and their texts only to those who manage databases', async () => {
  await psql('SELECT count(*) FROM res_partner WHERE id > 7');
  const slow = await owner.get(`${base}/queries?order=calls&limit=200`);
  expect(JSON.stringify(slow.body)).toContain('SELECT count(*) FROM res_partner WHERE id > $1');
  const viewer = await ocore.member(owner, 'Viewer');
  const seen = await viewer.get(`${base}/queries?order=calls&limit=200`);
  expect([seen.status, JSON.stringify(seen.body).includes('res_partner')]).toEqual([200, false]);
  // Statements with a password in them are not kept at all.
  expect(JSON.stringify(slow.body)).not.toMatch(/ALTER ROLE|CREATE ROLE|SCRAM-SHA/);
});

it('shows who blocks whom, and ends that connection and no other', async () => {
  const holding = psql('BEGIN; LOCK TABLE res_users; SELECT pg_sleep(60)');
  await expect.poll(async () => (await owner.get(`${base}/backends`)).at('data.0.query')).toContain('LOCK TABLE');
  const waiting = psql("SET application_name = 'waiting'; SELECT count(*) FROM res_users");
  await expect.poll(async () => (await owner.get(`${base}/locks`)).at('data.0.relation')).toBe('res_users');
  const { body } = await owner.get(`${base}/locks`);
  const blocker = (await owner.get(`${base}/backends`)).at('data.0');
  expect(body).toMatchObject({ data: [{ mode: 'AccessShareLock', blockedBy: [Reflect.get(Object(blocker), 'pid')] }] });
  const backendId = String(Reflect.get(Object(blocker), 'id'));
  const [pid = '', start = ''] = backendId.split('-');
  const reused = await owner.post(`${base}/terminate-backend`, { backendId: `${pid}-${Number(start) + 1}` });
  expect([reused.status, reused.at('error.code')]).toEqual([404, 'not_found']);
  const wrong = await owner.post(`${base}/terminate-backend`, { backendId: '1; DROP TABLE res_users' });
  expect([wrong.status, wrong.at('error.code')]).toEqual([400, 'validation_error']);
  expect((await owner.post(`${base}/terminate-backend`, { backendId })).status).toBe(200);
  expect(await waiting).toBe('1');
  expect(await holding).toContain('terminating connection');
});

it('measures over time, in steps', async () => {
  await expect
    .poll(async () => (await owner.get(`${base}/metrics`)).at('points.0.maxConnections'), { timeout: 45_000 })
    .toBe(100);
  await ocore.sql('DELETE FROM database_metrics WHERE instance_id = $1', [id]);
  await ocore.sql(
    `INSERT INTO database_metrics (org_id, instance_id, collected_at, size_bytes, connections, max_connections, active, idle_in_transaction, waiting, longest_transaction_seconds, commits, rollbacks, blocks_hit, blocks_read, deadlocks, temp_bytes)
     SELECT org_id, id, date_trunc('hour', now()) - interval '1 hour' + n * interval '30 seconds', 1000 + n, n, 100, 1, 0, 0, 0.5, CASE WHEN n < 8 THEN 60 * n ELSE 0 END, 0, 90 * n, 10 * n, 0, 0 FROM instances, generate_series(0, 9) n WHERE id = $1`,
    [id],
  );
  const series = await owner.get(`${base}/metrics?period=6h&step=60`);
  const { points } = Object(series.body);
  expect([series.at('step'), points.length]).toEqual([60, 5]);
  expect(points.map((point: object) => Reflect.get(point, 'connections'))).toEqual([1, 3, 5, 7, 9]);
  expect(points[1]).toMatchObject({ transactionsPerSecond: 2, cacheHitRate: 90, sizeBytes: 1003 });
  // The counters began anew at the fifth: what cannot be told is not guessed.
  expect(points[4]).toMatchObject({ transactionsPerSecond: 0 });
  expect((await owner.get(`${base}/metrics?step=7`)).at('error.details.constraint')).toBe('min');
});

it('reads a reloadable parameter while PostgreSQL and Odoo run, and keeps it in a container that is made anew', async () => {
  const started = (await owner.get(base)).at('startedAt');
  const changed = await owner.patch(`${base}/config`, {
    parameters: [
      { name: 'work_mem', value: '8192kB' },
      { name: 'log_min_duration_statement', value: '2s' },
    ],
  });
  expect([changed.status, changed.at('message')]).toEqual([
    202,
    'PostgreSQL reads the new configuration while it runs',
  ]);
  await succeeded(changed);
  expect([await psql('SHOW work_mem'), (await owner.get(base)).at('startedAt')]).toEqual(['8MB', started]);
  const config = await owner.get(`${base}/config`);
  const { parameters } = Object(config.body);
  expect(parameters.find((one: object) => Reflect.get(one, 'name') === 'work_mem')).toMatchObject({
    type: 'memory',
    unit: 'kB',
    configured: '8MB',
    current: '8MB',
    default: '4096',
    pending: false,
    needsRestart: false,
  });
  await succeeded(await owner.patch(`/instances/${id}`, { databaseMemoryLimit: 600 * 1024 ** 2 }));
  expect([await psql('SHOW work_mem'), await psql('SHOW shared_buffers')]).toEqual(['8MB', '150MB']);
  await succeeded(await owner.patch(`${base}/config`, { parameters: [{ name: 'work_mem', value: null }] }));
  expect(await psql('SHOW work_mem')).toBe('4MB');
});

it('restarts for a preset, and Odoo is healthy afterwards', async () => {
  const presets = await owner.get(`${base}/presets?storage=hdd`);
  expect(presets.at('data.0')).toMatchObject({
    name: 'odoo',
    parameters: expect.arrayContaining([{ name: 'random_page_cost', value: '4' }]),
  });
  const changed = await owner.patch(`${base}/config`, {
    preset: 'oltp',
    parameters: [{ name: 'max_connections', value: '150' }],
  });
  expect(changed.at('message')).toBe('PostgreSQL and Odoo restart with the new configuration');
  await succeeded(changed);
  expect([
    await psql('SHOW max_connections'),
    await psql('SHOW max_wal_size'),
    await psql('SHOW random_page_cost'),
  ]).toEqual(['150', '8GB', '1.1']);
  expect((await page()).status).toBe(200);
});

it.for([
  [{ parameters: [{ name: 'fsync', value: 'off' }] }, 'one_of'],
  [{ parameters: [{ name: 'work_mem', value: '1' }] }, 'min'],
  [{ parameters: [{ name: 'work_mem', value: "4MB'; evil" }] }, 'format'],
  [{ parameters: [{ name: 'huge_pages', value: 'maybe' }] }, 'one_of'],
  [{ parameters: [{ name: 'shared_buffers', value: '500MB' }] }, 'memory'],
  [{ parameters: [{ name: 'max_locks_per_transaction', value: '8192' }] }, 'memory'],
  [{ parameters: [] }, 'required'],
] as const)('refuses %j', async ([body, constraint]) => {
  const refused = await owner.patch(`${base}/config`, body);
  expect([refused.status, refused.at('error.code'), refused.at('error.details.constraint')]).toEqual([
    400,
    'validation_error',
    constraint,
  ]);
});

/** Changes what a worker is about to do, as no request may ask for it. */
async function force(settings: object, by = { name: 'autovacuum_max_workers', value: '4' }): Promise<Answer> {
  const [row] = await ocore.sql<{ known: object }>('SELECT database_settings AS known FROM instances WHERE id = $1', [
    id,
  ]);
  await ocore.sql('UPDATE instances SET database_settings = $2 WHERE id = $1', [id, { ...row?.known, ...settings }]);
  const answer = await owner.patch(`${base}/config`, { parameters: [by] });
  await ocore.sql('UPDATE instances SET database_settings = $2 WHERE id = $1', [id, row?.known]);
  return answer;
}

it('comes back to the old configuration when PostgreSQL does not start with the new one', async () => {
  const looping = await ended(
    await owner.patch(`${base}/config`, { parameters: [{ name: 'huge_pages', value: 'on' }] }),
  );
  expect([looping.at('data.operationUpdated.status'), looping.at('data.operationUpdated.error.code')]).toEqual([
    'failed',
    'database_error',
  ]);
  expect([await psql('SHOW huge_pages'), (await page()).status]).toEqual(['off', 200]);
  const shown = await owner.get(`/instances/${id}`);
  expect([shown.at('status'), shown.at('statusMessage')]).toEqual([
    'running',
    expect.stringContaining('was not applied'),
  ]);

  const unknown = await ended(await force({ no_such_parameter: '1' }));
  expect(unknown.at('data.operationUpdated.error.code')).toBe('database_error');
  // What needs no restart is refused by the server that runs.
  const refused = await ended(await force({ no_such_parameter: '1' }, { name: 'work_mem', value: '8MB' }));
  expect(refused.at('data.operationUpdated.error.code')).toBe('database_configuration_refused');
  expect([await psql('SHOW max_connections'), (await page()).status]).toEqual(['150', 200]);
}, 240_000);

it('vacuums, analyses and reindexes', async () => {
  await psql('DELETE FROM res_partner WHERE id % 2 = 0');
  const working = await owner.post(`${base}/maintenance`, { action: 'vacuum_analyze' });
  expect([working.status, working.at('status')]).toEqual([202, 'running']);
  await succeeded(working);
  expect(await psql("SELECT reltuples FROM pg_class WHERE relname = 'res_partner'")).toBe('1000');
  await succeeded(await owner.post(`${base}/maintenance`, { action: 'reindex', tables: [{ name: 'res_partner' }] }));
  expect(await psql("SELECT count(*) FROM pg_index WHERE indrelid = 'res_partner'::regclass AND indisvalid")).toBe('1');
  const missing = await ended(
    await owner.post(`${base}/maintenance`, { action: 'analyze', tables: [{ name: 'no"such; table' }] }),
  );
  expect(missing.at('data.operationUpdated.error.code')).toBe('table_missing');
});

it('makes read-only users, whose password works and who change nothing', async () => {
  const made = await owner.post(`${base}/users`, { name: 'metabase', statementTimeoutSeconds: 5 });
  expect(made.body).toMatchObject({
    name: 'metabase',
    connectionLimit: 5,
    statementTimeoutSeconds: 5,
    tunnelCommand: expect.stringContaining(`ocore-${id}-db`),
  });
  const password = made.text('password');
  const container = server.engine.docker.getContainer(`ocore-${id}-odoo`);
  const as = async (statement: string, given = password): Promise<string> => {
    const exec = await container.exec({
      Cmd: ['psql', '-X', '-A', '-t', '-h', `ocore-${id}-db`, '-U', 'metabase', '-d', 'books', '-c', statement],
      Env: [`PGPASSWORD=${given}`],
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    });
    let text = '';
    for await (const chunk of await exec.start({ Tty: true })) text += String(chunk);
    return text.trim();
  };
  expect(await as('SELECT count(*) FROM res_partner')).toBe('1000');
  await psql('CREATE TABLE later AS SELECT 1 AS one');
  expect(await as('SELECT one FROM later')).toBe('1');
  expect(await as('BEGIN READ WRITE; DELETE FROM later')).toContain('permission denied');
  expect(await as('SELECT 1', 'wrong')).toContain('authentication failed');
  expect((await owner.post(`${base}/users`, { name: 'metabase' })).at('error.code')).toBe('conflict');
  expect((await owner.post(`${base}/users`, { name: 'odoo' })).at('error.code')).toBe('validation_error');
  expect((await owner.get(`${base}/users`)).at('data')).toEqual([expect.objectContaining({ name: 'metabase' })]);
  expect(JSON.stringify((await owner.get(`${base}/users`)).body)).not.toContain('"password":"');
  expect((await owner.delete(`${base}/users/odoo`)).status).toBe(404);
  expect((await owner.delete(`${base}/users/metabase`)).status).toBe(200);
  expect(await as('SELECT 1')).toContain('authentication failed');
});

it('rotates the password of Odoo’s role without one failed page, and the old one opens nothing', async () => {
  const odoo = server.engine.docker.getContainer(`ocore-${id}-odoo`);
  const passwordIn = async (): Promise<string> => {
    const exec = await odoo.exec({
      Cmd: ['sed', '-n', 's/^db_password = //p', '/etc/odoo/odoo.conf'],
      AttachStdout: true,
      Tty: true,
    });
    let text = '';
    for await (const chunk of await exec.start({ Tty: true })) text += String(chunk);
    return text.trim();
  };
  const old = await passwordIn();
  let rotating = true;
  const statuses: number[] = [];
  const visiting = Array.from({ length: 3 }, async () => {
    while (rotating) statuses.push((await page()).status);
  });
  await succeeded(await owner.post(`${base}/rotate-password`));
  await sleep(500);
  rotating = false;
  await Promise.all(visiting);
  expect([statuses.length > 5, [...new Set(statuses)]]).toEqual([true, [200]]);
  const now = await passwordIn();
  expect(now).not.toBe(old);
  // From elsewhere than Odoo's own container.
  const signIn = async (password: string): Promise<string> => {
    const exec = await server.engine.docker.getContainer(`ocore-${id}-db`).exec({
      Cmd: ['psql', '-X', '-A', '-t', '-h', `ocore-${id}-db`, '-U', 'odoo', '-d', 'books', '-c', 'SELECT 1'],
      Env: [`PGPASSWORD=${password}`],
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    });
    let text = '';
    for await (const chunk of await exec.start({ Tty: true })) text += String(chunk);
    return text.trim();
  };
  expect([await signIn(old), await signIn(now)]).toEqual([expect.stringContaining('authentication failed'), '1']);
  const trusting = (): Promise<string> =>
    psql("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust' AND user_name = '{odoo}'");
  expect(await trusting()).toBe('1');
  await succeeded(await owner.post(`/instances/${id}/restart`));
  expect([await trusting(), (await page()).status]).toEqual(['0', 200]);
  // Somebody else starts Odoo again: the monitor ends the exception.
  await succeeded(await owner.post(`${base}/rotate-password`));
  await odoo.restart();
  await expect.poll(trusting, { timeout: 60_000, interval: 1000 }).toBe('0');
  expect((await page()).status).toBe(200);
}, 300_000);

it.for([
  [{ mode: 'transaction' }, 'one_of', /must be session: Odoo listens/],
  [{ poolSize: 3 }, 'min', /would wait for each other/],
  [{ poolSize: 200 }, 'max', /Raise max_connections/],
  [{ poolSize: 30, maxClients: 20 }, 'min', /at least poolSize/],
] as const)('refuses a PgBouncer of %j', async ([body, constraint, message]) => {
  const refused = await owner.put(`${base}/pooler`, body);
  expect([refused.status, refused.at('error.code'), refused.at('error.details.constraint')]).toEqual([
    400,
    'validation_error',
    constraint,
  ]);
  expect(JSON.stringify(refused.body)).toMatch(message);
});

const poolerImage = 'edoburu/pgbouncer:v1.25.2-p0';

it('puts PgBouncer between Odoo and PostgreSQL, and everything goes on', async () => {
  const { docker } = server.engine;
  const pooler = docker.getContainer(`ocore-${id}-pooler`);
  const inside = async (part: string, command: string[], env: string[] = []): Promise<string> => {
    const options = { Cmd: command, Env: env, AttachStdout: true, AttachStderr: true, Tty: true };
    const exec = await docker.getContainer(`ocore-${id}-${part}`).exec(options);
    let text = '';
    for await (const chunk of await exec.start({ Tty: true })) text += String(chunk);
    return text.trim();
  };
  const confOf = (key: string): Promise<string> =>
    inside('odoo', ['sed', '-n', `s/^${key} = //p`, '/etc/odoo/odoo.conf']);
  const through = (password: string): Promise<string> =>
    inside(
      'db',
      ['psql', '-XAt', '-h', `ocore-${id}-pooler`, '-p', '6432', '-U', 'odoo', '-d', 'books', '-c', 'SELECT 1'],
      [`PGPASSWORD=${password}`],
    );
  const serves = async (): Promise<void> => {
    expect([await confOf('db_host'), await confOf('db_port'), (await page()).status]).toEqual([
      `ocore-${id}-pooler`,
      '6432',
      200,
    ]);
  };
  expect((await owner.get(`${base}/pooler`)).body).toMatchObject({ enabled: false, poolSize: null, pools: [] });
  const off = await owner.delete(`${base}/pooler`);
  expect([off.status, off.at('error.code'), off.at('error.details.state')]).toEqual([409, 'invalid_state', 'disabled']);

  const asked = await owner.put(`${base}/pooler`, {});
  expect([asked.status, asked.at('status')]).toEqual([202, 'restarting']);
  await succeeded(asked);
  await serves();
  expect((await owner.get(`${base}/pooler`)).body).toMatchObject({
    enabled: true,
    mode: 'session',
    poolSize: 20,
    version: expect.stringMatching(/^1\./),
    pools: expect.arrayContaining([expect.objectContaining({ database: 'books', clientsWaiting: 0, serversIdle: 1 })]),
  });
  // No password outside the files that PgBouncer alone reads.
  const old = await confOf('db_password');
  const { Config, HostConfig } = await pooler.inspect();
  expect(JSON.stringify({ Config, HostConfig })).not.toContain(old);
  expect([Config.User, HostConfig.Memory, HostConfig.RestartPolicy?.Name, HostConfig.PortBindings]).toEqual([
    '70:70',
    128 * 1024 ** 2,
    'unless-stopped',
    null,
  ]);

  let rotating = true;
  const statuses: number[] = [];
  const visiting = (async () => {
    while (rotating) statuses.push((await page()).status);
  })();
  await succeeded(await owner.post(`${base}/rotate-password`));
  await sleep(500);
  rotating = false;
  await visiting;
  expect([statuses.length > 3, [...new Set(statuses)]]).toEqual([true, [200]]);
  const now = await confOf('db_password');
  expect([await through(old), await through(now)]).toEqual([expect.stringMatching(/SASL|authentication failed/), '1']);
  const hba = (): Promise<string> => inside('pooler', ['cat', '/etc/ocore-pgbouncer-hba.conf']);
  expect(await hba()).toContain('trust');
  await succeeded(await owner.post(`/instances/${id}/restart`));
  expect(await hba()).not.toContain('trust');
  await serves();

  await succeeded(await owner.post(`/instances/${id}/stop`));
  expect((await pooler.inspect()).State.Running).toBe(false);
  await succeeded(await owner.post(`/instances/${id}/start`));
  await serves();
  await succeeded(await owner.patch(`${base}/config`, { parameters: [{ name: 'max_connections', value: '160' }] }));
  await serves();

  // Somebody removes it: the next start makes it again.
  await pooler.remove({ force: true });
  await succeeded(await owner.post(`/instances/${id}/restart`));
  await serves();
  await succeeded(await owner.put(`${base}/pooler`, { poolSize: 25 }));
  expect((await owner.get(`${base}/pooler`)).at('poolSize')).toBe(25);
  const small = await owner.patch(`${base}/config`, { parameters: [{ name: 'max_connections', value: '60' }] });
  expect([small.status, small.at('error.details.constraint')]).toEqual([400, 'min']);
  await succeeded(await owner.post(`/instances/${id}/stop`));
  await succeeded(await owner.post(`/instances/${id}/provision`));
  await serves();

  await succeeded(await owner.delete(`${base}/pooler`));
  expect([await confOf('db_host'), await confOf('db_port'), (await page()).status]).toEqual([
    `ocore-${id}-db`,
    '5432',
    200,
  ]);
  await expect(pooler.inspect()).rejects.toThrow('no such container');
}, 600_000);

it('lets Odoo go on as before when PgBouncer does not answer', async () => {
  const { docker } = server.engine;
  const real = (await docker.getImage(poolerImage).inspect()).Id;
  await buildImage(docker, poolerImage, 'FROM postgres:17\nCOPY pgbouncer /usr/local/bin/pgbouncer', {
    pgbouncer: '#!/bin/sh\nexec sleep 1000\n',
  });
  const failed = await ended(await owner.put(`${base}/pooler`, {}));
  await docker.getImage(real).tag({ repo: 'edoburu/pgbouncer', tag: 'v1.25.2-p0' });
  expect([failed.at('data.operationUpdated.status'), failed.at('data.operationUpdated.error.code')]).toEqual([
    'failed',
    'pooler_not_ready',
  ]);
  const shown = await owner.get(`/instances/${id}`);
  expect([shown.at('status'), (await page()).status, (await owner.get(`${base}/pooler`)).at('enabled')]).toEqual([
    'running',
    200,
    false,
  ]);
  await expect(docker.getContainer(`ocore-${id}-pooler`).inspect()).rejects.toThrow('no such container');
}, 240_000);

it('runs one statement that reads', async () => {
  const result = await query(
    `SELECT id, name, NULL AS nothing, '' AS empty, E'a,"b"\\nc' AS "odd "" one" FROM res_partner WHERE id < 8 ORDER BY id;`,
    { maxRows: 2 },
  );
  expect([result.status, result.body]).toEqual([
    200,
    {
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
        { name: 'nothing', type: 'text' },
        { name: 'empty', type: 'text' },
        { name: 'odd " one', type: 'text' },
      ],
      rows: [
        ['1', 'Partner 1', null, '', 'a,"b"\nc'],
        ['3', 'Partner 3', null, '', 'a,"b"\nc'],
      ],
      rowCount: 2,
      truncated: true,
      durationMs: expect.any(Number),
    },
  ]);
  expect((await query('EXPLAIN SELECT 1')).at('columns.0.name')).toBe('QUERY PLAN');
  expect((await query('SHOW server_version')).text('rows.0.0')).toMatch(/^17/);
  expect((await query('SELECT n FROM generate_series(1, 950) n', { maxRows: 1000 })).at('rowCount')).toBe(950);
  const entries = await owner.get('/audit-logs?action=database.queried&limit=1');
  expect(JSON.stringify(entries.body)).toContain('generate_series(1, 950)');
});

it.for([
  'COMMIT; DROP TABLE res_users',
  'SELECT 1; DROP TABLE res_users',
  'DROP TABLE res_users',
  'DELETE FROM res_users RETURNING id',
  'WITH gone AS (DELETE FROM res_users RETURNING id) SELECT * FROM gone',
  "COPY res_users TO PROGRAM 'touch /tmp/hostile'",
  "COPY (SELECT 1) TO '/tmp/hostile'",
  "SELECT pg_read_file('/etc/passwd')",
  "SELECT lo_export(1, '/tmp/hostile')",
  "SELECT lo_import('/etc/passwd')",
  "SELECT set_config('transaction_read_only', 'off', false)",
  "SELECT set_config('role', 'odoo', false)",
  "SELECT set_config('session_authorization', 'postgres', false)",
  "SELECT * FROM dblink('dbname=books user=postgres', 'SELECT 1') AS t (one int)",
  'SELECT pg_reload_conf()',
  "SELECT nextval('some_sequence')",
  'SELECT * FROM res_users FOR UPDATE',
  'DO $$ BEGIN PERFORM 1; END $$',
  'SET ROLE odoo',
  'LISTEN anything',
  'SELECT evil()',
  '\\! touch /tmp/hostile',
  'SELECT 1 \\g /tmp/hostile',
  "\\copy res_users to '/tmp/hostile'",
  '$ocore$; DROP TABLE res_users; --',
  "'); DROP TABLE res_users; --",
])('refuses %s, and nothing has happened', async (sql) => {
  await psql(
    "CREATE SEQUENCE IF NOT EXISTS some_sequence; CREATE OR REPLACE FUNCTION evil() RETURNS int LANGUAGE sql VOLATILE SECURITY DEFINER AS 'DELETE FROM res_users RETURNING id'",
  );
  const refused = await query(sql);
  expect([refused.status, refused.at('error.code'), refused.at('error.details.reason')]).toEqual([
    422,
    'unprocessable',
    'database_error',
  ]);
  const container = server.engine.docker.getContainer(`ocore-${id}-db`);
  await expect(container.getArchive({ path: '/tmp/hostile' })).rejects.toThrow();
  expect([
    await psql('SELECT count(*) FROM res_users'),
    await psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'ocore_console'"),
  ]).toEqual(['1', '0']);
});

it.for([
  ['SELECT pg_sleep(30)', 'query_timeout'],
  ["SELECT set_config('statement_timeout', '0', false), pg_sleep(30)", 'query_timeout'],
  ['SELECT count(*) FROM generate_series(1, 1000000000000) a', 'query_timeout'],
  ["SELECT repeat('x', 10000) FROM generate_series(1, 1000)", 'result_too_large'],
] as const)('ends %s', async ([sql, reason]) => {
  const refused = await query(sql, { timeoutSeconds: 1, maxRows: 1000 });
  expect([refused.status, refused.at('error.details.reason')]).toEqual([422, reason]);
  await expect
    .poll(() => psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'ocore_console'"), { timeout: 15_000 })
    .toBe('0');
});

it('keeps a session’s locks only as long as the statement', async () => {
  expect((await query('SELECT pg_advisory_lock(42)')).status).toBe(200);
  expect(await psql('SELECT pg_try_advisory_lock(42)')).toBe('t');
});

it('lets nobody read the content without the permissions for it', async () => {
  const { key } = await owner.newKey(['manage:databases']);
  const refused = await owner.withKey(key).post(`${base}/query`, { sql: 'SELECT 1' });
  expect([refused.status, refused.at('error.details.permission')]).toEqual([403, 'view:secrets']);
  expect((await owner.withKey(key).post(`${base}/users`, { name: 'reader' })).status).toBe(403);
  const developer = await ocore.member(owner, 'Developer');
  expect((await developer.get(base)).status).toBe(200);
  expect((await developer.post(`${base}/query`, { sql: 'SELECT 1' })).status).toBe(403);
});

it('says what stands in the way where nothing runs', async () => {
  await succeeded(await owner.post(`/instances/${id}/stop`));
  const refused = await owner.get(base);
  expect([refused.status, refused.at('error.code'), refused.at('error.details.state')]).toEqual([
    409,
    'invalid_state',
    'stopped',
  ]);
  const kept = await owner.patch(`${base}/config`, { parameters: [{ name: 'jit', value: 'off' }] });
  expect([kept.status, kept.at('message')]).toEqual([
    200,
    'Saved; PostgreSQL uses it from the next start of the instance',
  ]);
  await succeeded(await owner.post(`/instances/${id}/start`));
  expect(await psql('SHOW jit')).toBe('off');
});

const upgrade = (body: object): Promise<Answer> => owner.post(`${base}/upgrade`, body);
const rehearse = (targetVersion: number): Promise<Answer> => owner.post(`${base}/upgrade/rehearsal`, { targetVersion });
/** The names of everything on the engine, but for what comes and goes with containers. */
async function objects(): Promise<string[]> {
  const { docker } = server.engine;
  const containers = (await docker.listContainers({ all: true })).flatMap(({ Names }) => Names);
  const networks = (await docker.listNetworks()).map(({ Name }) => Name);
  const volumes = ((await docker.listVolumes()).Volumes ?? []).map(({ Name }) => Name);
  return [...containers, ...networks, ...volumes].filter((name) => name.includes('ocore-')).sort();
}
const failure = async (answer: Answer): Promise<unknown[]> => {
  const last = await ended(answer);
  return [last.at('data.operationUpdated.status'), last.at('data.operationUpdated.error.code')];
};

it('shows what PostgreSQL can be upgraded to, and refuses an upgrade that nobody rehearsed', async () => {
  const { docker } = server.engine;
  await loadNewerPostgres(server.engine.socket);
  await buildImage(docker, 'broken-postgres:19', 'FROM postgres:17\nENTRYPOINT ["false"]', {});
  await docker.getImage('postgres:17').tag({ repo: 'lying-postgres', tag: '20' });
  const known = await owner.get(`${base}/upgrade`);
  expect([known.status, known.body]).toEqual([
    200,
    expect.objectContaining({
      image: 'postgres:17',
      version: 17,
      targets: newer.split(',').map((image, index) => ({ version: 18 + index, image })),
      replicas: 0,
      rehearsal: null,
      expectedDowntimeSeconds: null,
      availableBytes: expect.any(Number),
    }),
  ]);
  const asked = await owner.graphql(`{ instance(id: "${id}") { databaseUpgrade { version targets { version } } } }`);
  expect(asked.at('data.instance.databaseUpgrade.version')).toBe(17);
  const older = await upgrade({ targetVersion: 16, force: true });
  expect([older.status, older.at('error.details.constraint')]).toEqual([400, 'one_of']);
  const sudden = await upgrade({ targetVersion: 18 });
  expect([sudden.status, sudden.at('error.code'), sudden.at('error.details.state')]).toEqual([
    409,
    'invalid_state',
    'not_rehearsed',
  ]);
  await ocore.sql(
    `INSERT INTO database_replicas (id, org_id, project_id, instance_id, server_id, number, status, password_enc, updated_at)
     SELECT gen_random_uuid(), org_id, project_id, id, server_id, 1, 'failed', 'x', now() FROM instances WHERE id = $1`,
    [id],
  );
  const followed = await upgrade({ targetVersion: 18, force: true });
  await ocore.sql('DELETE FROM database_replicas WHERE instance_id = $1', [id]);
  expect([followed.status, followed.at('error.code'), followed.at('error.details.constraint')]).toEqual([
    409,
    'conflict',
    'replicas',
  ]);
  expect((await owner.get(`/instances/${id}`)).at('status')).toBe('running');
}, 300_000);

it('tells why a rehearsal fails, and leaves everything as it was', async () => {
  const before = await objects();
  expect(await failure(await rehearse(19))).toEqual(['failed', 'database_error']);
  expect((await owner.get(`${base}/upgrade`)).at('rehearsal')).toMatchObject({
    targetVersion: 19,
    status: 'failed',
    valid: false,
    reason: 'database_error',
    message: expect.stringContaining('stopped immediately'),
    loadSeconds: null,
  });
  expect(await failure(await rehearse(20))).toEqual(['failed', 'database_upgrade_failed']);
  expect((await owner.get(`${base}/upgrade`)).at('rehearsal.message')).toContain('runs PostgreSQL 17, not 20');
  expect([await objects(), await psql('SHOW server_version'), (await page()).status]).toEqual([
    before,
    expect.stringMatching(/^17/),
    200,
  ]);
}, 300_000);

let reader: string;

it('rehearses an upgrade on a copy, while Odoo serves', async () => {
  reader = (await owner.post(`${base}/users`, { name: 'reports' })).text('password');
  await psql("INSERT INTO res_partner VALUES (9001, 'Known customer', NULL, NULL, NULL)");
  const before = await objects();
  let rehearsing = true;
  const statuses: number[] = [];
  const visiting = (async () => {
    while (rehearsing) {
      statuses.push((await page()).status);
      await sleep(200);
    }
  })();
  await succeeded(await rehearse(18));
  rehearsing = false;
  await visiting;
  expect([...new Set(statuses)]).toEqual([200]);
  const known = await owner.get(`${base}/upgrade`);
  expect(known.at('rehearsal')).toMatchObject({
    targetVersion: 18,
    status: 'succeeded',
    valid: true,
    reason: null,
    tables: expect.any(Number),
    startSeconds: expect.any(Number),
  });
  expect(Number(known.at('expectedDowntimeSeconds'))).toBeGreaterThan(0);
  expect(await objects()).toEqual(before);
}, 300_000);

it('lets the old release serve again when Odoo is not healthy with the new one', async () => {
  await psql(
    "CREATE VIEW odoo_refuses AS SELECT 1 / (current_setting('server_version_num')::int / 180000 - 1) AS one; ALTER VIEW odoo_refuses OWNER TO odoo",
  );
  expect(await failure(await upgrade({ targetVersion: 18 }))).toEqual(['failed', 'odoo_not_healthy']);
  const shown = await owner.get(`/instances/${id}`);
  expect([shown.at('status'), shown.at('statusMessage')]).toEqual([
    'running',
    expect.stringContaining('was not upgraded'),
  ]);
  expect([
    await psql('SHOW server_version'),
    await psql('SELECT name FROM res_partner WHERE id = 9001'),
    (await page()).status,
    (await owner.get(`${base}/upgrade`)).at('version'),
  ]).toEqual([expect.stringMatching(/^17/), 'Known customer', 200, 17]);
  await psql('DROP VIEW odoo_refuses');
}, 300_000);

it('upgrades PostgreSQL with all rows, settings and read-only users', async () => {
  const volumes = async (): Promise<string[]> =>
    (await objects()).filter((name) => name.startsWith(`ocore-${id}-db-`) || name.startsWith(`ocore-${id}-filestore`));
  const before = await volumes();
  const rows = await psql('SELECT count(*) FROM res_partner');
  const settings = async (): Promise<string[]> => [await psql('SHOW jit'), await psql('SHOW max_connections')];
  const chosen = await settings();
  await succeeded(await upgrade({ targetVersion: 18 }));
  const shown = await owner.get(base);
  expect(shown.body).toMatchObject({ image: 'postgres:18', version: expect.stringMatching(/^18\./) });
  expect([
    await psql('SELECT count(*) FROM res_partner'),
    await psql('SELECT name FROM res_partner WHERE id = 9001'),
    await settings(),
    (await page()).status,
    (await owner.get(`/instances/${id}`)).at('statusMessage'),
  ]).toEqual([rows, 'Known customer', chosen, 200, null]);
  const exec = await server.engine.docker.getContainer(`ocore-${id}-odoo`).exec({
    Cmd: [
      'psql',
      '-XAt',
      '-h',
      `ocore-${id}-db`,
      '-U',
      'reports',
      '-d',
      'books',
      '-c',
      'SELECT name FROM res_partner WHERE id = 9001',
    ],
    Env: [`PGPASSWORD=${reader}`],
    AttachStdout: true,
    Tty: true,
  });
  let said = '';
  for await (const chunk of await exec.start({ Tty: true })) said += String(chunk);
  expect([said.trim(), (await owner.get(`${base}/users`)).at('data.0.connectionLimit')]).toEqual(['Known customer', 5]);
  const after = await volumes();
  expect([after.length, after.filter((name) => before.includes(name))]).toEqual([
    before.length,
    before.filter((name) => name.includes('filestore')),
  ]);
  const safety = await owner.get('/backups?backup_type=pre_upgrade&status=completed');
  expect(JSON.stringify(safety.body)).toContain(id);
  expect((await owner.get(`${base}/upgrade`)).body).toMatchObject({ version: 18, rehearsal: null });
  await succeeded(await owner.post(`/instances/${id}/stop`));
  await succeeded(await owner.post(`/instances/${id}/start`));
  expect([await psql('SHOW server_version'), (await page()).status]).toEqual([expect.stringMatching(/^18/), 200]);
}, 300_000);
