import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { SecretBox } from '../../src/secrets/box.ts';
import { KeyRing } from '../../src/secrets/key-ring.ts';
import { MasterKeys } from '../../src/secrets/master-keys.ts';
import { callGraphql, callRest } from '../kit/call.ts';
import { Client } from '../kit/client.ts';
import { allFields, allRoutes, type Ids, requestOf, restRequestOf } from '../kit/fields.ts';
import { oathtool } from '../kit/oathtool.ts';
import { Program } from '../kit/program.ts';
import {
  addBackup,
  addCopyAndTest,
  addDeployment,
  addReplica,
  addRepository,
  addSchedule,
  addTransfer,
  addWebhook,
  personalIds,
} from '../kit/two-orgs.ts';
import { Plants } from './plants.ts';
import { findInTables, type Said, Watched } from './watched.ts';
import { newSshKey } from '../kit/ssh-key.ts';

const plants = new Plants();
const plant = (name: string, value: string): string => plants.plant(name, value);
/** Everything that the program said to anybody, but for the answers whose purpose is to show a secret. */
const said: Said[] = [];

let dir: string;
let database: EmbeddedDatabase;
let pool: pg.Pool;
let program: Program;
let listener: pg.Client;
const masterKey = plant('SSH_ENCRYPTION_KEY', 'planted master key of the leak test');
const sql = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await pool.query<Row>(text, values)).rows;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ocore-leaks-'));
  database = await startEmbedded(dir);
  plant('database password', new URL(database.url).password);
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => {});
  program = await Program.start({
    DATA_DIR: dir,
    DATABASE_URL: database.url,
    SSH_ENCRYPTION_KEY: masterKey,
    LOG_LEVEL: 'trace',
    SMTP_URL: `smtp://somebody:${plant('SMTP password', 'Planted-Smtp-25')}@127.0.0.1:1`,
    MAIL_FROM: 'ocore@example.com',
  });
  listener = new pg.Client({ connectionString: database.url });
  listener.on('notification', ({ payload }) => said.push({ where: 'a notification', text: payload ?? '' }));
  listener.on('error', () => {});
  await listener.connect();
  await listener.query('LISTEN ocore');
});
afterAll(async () => {
  await Program.endAll();
  await listener?.end().catch(() => {});
  await pool?.end();
  await database?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Every token that letters carry, which their readers alone may see. */
async function plantLetters(): Promise<string[]> {
  const box = new SecretBox(await KeyRing.load(pool, new MasterKeys(masterKey)));
  const letters = await sql<{ id: string; body_enc: string }>(
    'SELECT id, body_enc FROM mails WHERE body_enc IS NOT NULL ORDER BY id',
  );
  const texts = await Promise.all(letters.map((letter) => box.open(letter.body_enc, `mail:${letter.id}`)));
  return texts.flatMap((text) =>
    [...text.matchAll(/ocore_[a-z]_[\w-]+/g)].map(([token]) => plant('token of a letter', token)),
  );
}

/** The first story: an account and all that it signs in with. */
async function account(): Promise<Client> {
  const plain = new Client(program.url, null, null);
  const nobody = new Watched(said, program.url, null, null);
  const email = 'leaks@example.com';
  const password = plant('password', 'Planted-Password-1');
  const signedUp = await plain.post('/auth/signup', { email, password, name: 'Leaks' });
  const org = signedUp.text('organizations.0.slug');
  plant('first refresh token', signedUp.text('refreshToken'));
  const token = plant('first access token', signedUp.text('accessToken'));

  await nobody.post('/auth/signup', { email, password, name: 'Again' });
  await nobody.post('/auth/signup', {
    email: 'weak@example.com',
    password: plant('weak password', 'plantedweakpassword'),
    name: 'Weak',
  });
  await nobody.post('/auth/login', { email, password: plant('wrong password', 'Planted-Wrong-2') });
  await nobody.post('/auth/login', { email: 'unknown@example.com', password });
  await nobody.post('/auth/login', { email, password: [plant('password of a wrong type', 'Planted-Array-3')] });
  await nobody.request(
    'POST',
    '/api/auth/login',
    `{"email":"${email}","password":"${plant('password in broken JSON', 'Planted-Broken-4')}"`,
  );
  await nobody.graphql(
    `mutation { login(input: { email: "${email}", password: ["${plant('password of a wrong type in a document', 'Planted-Literal-5')}"] }) { accessToken } }`,
  );
  await nobody.graphql(
    `mutation { login(input: { email: "${email}", password: "${plant('password in a broken document', 'Planted-Syntax-6')}" ) { accessToken } }`,
  );
  await nobody.graphql(
    `mutation { login(input: { email: "${email}", password: "x" "${plant('password in place of a name', 'Planted-Name-21')}" }) { accessToken } }`,
  );
  await nobody.graphql(
    `{ instances(sort: "${plant('text in place of an enum', 'Planted-Enum-22')}") { nodes { id } } }`,
  );
  await nobody.graphql('query ($at: DateTime!) { auditLogs(startDate: $at) { nodes { id } } }', {
    at: plant('text in place of a date', 'Planted-Date-23'),
  });
  await nobody.graphql('query ($n: Int!) { servers(first: $n) { nodes { id } } }', {
    n: plant('text in place of a number', 'Planted-Number-24'),
  });
  await nobody.graphql('mutation ($input: LoginInput!) { login(input: $input) { accessToken } }', {
    input: { email, password: { nested: plant('password of a wrong type in variables', 'Planted-Variable-7') } },
  });
  await nobody.post('/auth/refresh', {
    refreshToken: plant('unknown refresh token', 'ocore_r_planted-unknown-refresh-token'),
  });
  const traded = await plain.post('/auth/refresh', { refreshToken: signedUp.text('refreshToken') });
  plant('second refresh token', traded.text('refreshToken'));
  await nobody.request('GET', `/api/user?token=${plant('token in an address', 'planted-query-token')}`, undefined, {
    authorization: `Bearer ${plant('bearer', 'planted-bearer-value')}`,
    cookie: `ocore_access=${plant('cookie', 'planted-cookie-value')}`,
  });
  await nobody.request('GET', '/api/user', undefined, {
    authorization: plant('authorization of another kind', 'Basic cGxhbnRlZDpiYXNpYw'),
  });

  const me = new Client(program.url, token, org);
  const watched = new Watched(said, program.url, token, org, email);
  const setUp = await me.post('/user/totp/setup', { password });
  const secret = plant('TOTP secret', setUp.text('secret'));
  const enabled = await me.post('/user/totp/enable', { code: oathtool(secret) });
  for (const code of Array.isArray(enabled.at('recoveryCodes'))
    ? Object.values(Object(enabled.at('recoveryCodes')))
    : [])
    plant('recovery code', String(code));
  const ticket = await plain.post('/auth/login', { email, password });
  plant('ticket of the second step', ticket.text('partialToken'));
  await nobody.post('/auth/login/2fa', {
    partialToken: ticket.text('partialToken'),
    code: plant('wrong recovery code', 'planted-recovery'),
  });
  const begun = await me.post('/user/passkeys/register/begin', { deviceName: 'Some device', password });
  await watched.post('/user/passkeys/register/finish', {
    deviceName: 'Some device',
    response: {
      id: 'x',
      challenge: plant(
        'WebAuthn challenge',
        String(begun.at('challenge') ?? begun.at('publicKey.challenge') ?? 'planted-challenge'),
      ),
    },
  });
  await watched.post('/user/change-password', {
    currentPassword: plant('wrong current password', 'Planted-Current-8'),
    newPassword: plant('refused new password', 'Planted-New-9'),
  });
  await watched.post('/user/change-email', { newEmail: 'other@example.com', password });
  await nobody.post('/auth/forgot-password', { email });
  await nobody.post('/auth/reset-password', {
    token: plant('unknown reset token', 'ocore_t_planted-unknown-reset-token'),
    password: plant('password of a refused reset', 'Planted-Reset-10'),
  });
  await watched.post('/auth/resend-verification', {});
  expect((await plantLetters()).length).toBeGreaterThan(1);
  return watched;
}

/** The second story: an organization's things with their secrets. */
async function things(watched: Client): Promise<Ids> {
  const plain = new Client(program.url, watched.token, watched.org);
  const pair = newSshKey();
  // Some of its lines alone would tell as much as the whole.
  for (const line of pair.private.split('\n').filter((text) => text.length > 60)) plant('private key', line);
  const address = { host: '127.0.0.1', port: 1, sshUser: 'root' };
  const server = await watched.post('/servers', { name: 'With a key', ...address, sshPrivateKey: pair.private });
  await watched.post('/servers', {
    name: 'With a password',
    ...address,
    authMethod: 'password',
    sshPassword: plant('SSH password', 'Planted-Ssh-11'),
  });
  await watched.post('/servers', {
    name: 'With a wrong key',
    ...address,
    sshPrivateKey: plant('text in place of a key', 'planted text that is no key'),
  });
  await watched.patch(`/servers/${server.text('id')}`, {
    authMethod: 'password',
    sshPassword: plant('new SSH password', 'Planted-Ssh-12'),
  });
  expect((await watched.finished(server.text('operationId'))).at('data.operationUpdated.status')).toBe('failed');
  for await (const event of watched.subscribe('subscription ($id: ID!) { operationLogs(id: $id) { message } }', {
    id: server.text('operationId'),
  }))
    said.push({ where: 'a subscription', text: JSON.stringify(event.body) });

  const project = await watched.post('/projects', { name: 'Leaks' });
  const environment = await watched.post('/environments', {
    projectId: project.text('id'),
    name: 'dev',
    type: 'development',
  });
  await sql("UPDATE servers SET status = 'active' WHERE id = $1", [server.text('id')]);
  const instance = await watched.post('/instances', {
    name: 'With variables',
    serverId: server.text('id'),
    environmentId: environment.text('id'),
    adminEmail: 'a@example.com',
    envVars: [{ name: 'TOKEN', value: plant('environment variable', 'planted variable "13"') }],
  });
  const id = instance.text('id');
  await sql("UPDATE operations SET status = 'failed', attempt = attempt + 1 WHERE resource_id = $1", [id]);
  await sql("UPDATE instances SET status = 'running' WHERE id = $1", [id]);
  plant('admin password of Odoo', (await plain.post(`/instances/${id}/admin-password`)).text('password'));
  await watched.post(`/instances/${id}/admin-password`);
  const configured = await watched.patch(`/instances/${id}`, {
    envVars: [{ name: 'LATER', value: plant('changed variable', 'planted variable 14') }],
  });
  await watched.patch(`/instances/${id}`, {
    envVars: [{ name: '0 wrong', value: plant('variable with a wrong name', 'planted variable 15') }],
  });

  const key = plant(
    'API key',
    (await plain.post('/api-keys', { name: 'Some key', permissions: ['view:projects'] })).text('key'),
  );
  const keys = await watched.get('/api-keys');
  plant('rotated API key', (await plain.post(`/api-keys/${keys.text('data.0.id')}/rotate`, {})).text('key'));
  await new Watched(said, program.url, `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`, watched.org).get(
    '/projects',
  );
  await new Watched(said, program.url, key, watched.org).post('/servers', {
    name: 'Not allowed',
    ...address,
    sshPassword: plant('SSH password without a permission', 'Planted-Ssh-16'),
  });
  const registry = await watched.post('/registries', {
    host: 'registry.example.com',
    username: 'puller',
    password: plant('password of a registry', 'Planted-Registry-26'),
  });
  await watched.patch(`/registries/${registry.text('id')}`, {
    password: plant('new password of a registry', 'Planted-Registry-27'),
  });
  const code = await addRepository({ sql }, watched, project.text('id'), environment.text('id'), 'watched');
  const further = await plain.post(`/projects/${project.text('id')}/repositories`, {
    repositoryUrl: 'https://git.example.com/watched/further.git',
    token: plant('token of a repository', 'Planted-Token-41'),
  });
  plant('webhook secret of a repository', further.text('webhookSecret'));
  await watched.patch(`/repositories/${further.text('id')}`, {
    token: plant('new token of a repository', 'Planted-Token-42'),
  });
  const webhook = await plain.post('/webhook-endpoints', {
    url: 'https://hooks.example.com/hook',
    events: ['*'],
    active: false,
  });
  const endpoint = webhook.text('id');
  plant('secret of a webhook', webhook.text('signingSecret'));
  await plain.post(`/webhook-endpoints/${endpoint}/rotate-secret`, {
    secret: plant('new secret of a webhook', `whsec_${Buffer.alloc(32, 'planted-29').toString('base64')}`),
  });
  const webhooks = await addWebhook({ sql }, watched, 'watched');
  const kept = await addBackup({ sql }, watched, { environmentId: environment.text('id'), instanceId: id }, 'watched');
  const backups = { ...kept, ...(await addSchedule({ sql }, id, kept['backupDestination'] ?? '')) };
  const copies = await addCopyAndTest({ sql }, id, backups['backup'] ?? '');
  const transfer = await addTransfer({ sql }, id, 'watched');
  const replica = await addReplica({ sql }, id);
  const deployment = await addDeployment({ sql }, id);
  const roleId = (await sql<{ id: string }>("SELECT id FROM roles WHERE name = 'Viewer' LIMIT 1"))[0]?.id;
  const invitation = await watched.post('/members/invite', { email: 'invited@example.com', roleId });
  const link = await plain.graphql(
    'mutation ($input: CreateInviteLinkInput!) { createInviteLink(input: $input) { code id } }',
    { input: { roleId } },
  );
  plant('invite link', link.text('data.createInviteLink.code'));
  await plantLetters();

  const person = await personalIds({ sql }, watched.email, 'Some key');
  const [role] = await sql<{ id: string }>(
    "INSERT INTO roles (id, org_id, name, permissions) VALUES (gen_random_uuid(), $1, 'Some role', '{}') RETURNING id",
    [person['organization']],
  );
  return {
    ...person,
    server: server.text('id'),
    registry: registry.text('id'),
    ...code,
    ...webhooks,
    ...backups,
    ...copies,
    ...transfer,
    replica,
    deployment,
    project: project.text('id'),
    environment: environment.text('id'),
    instance: id,
    operation: configured.text('operationId'),
    role: role?.id ?? '',
    invitation: invitation.text('id'),
    inviteLink: link.text('data.createInviteLink.id'),
  };
}

/** The third story: what goes wrong inside, where libraries quote what they were given. */
async function accidents(watched: Client): Promise<void> {
  await sql(
    "ALTER TABLE servers ADD CONSTRAINT no_boom CHECK (name <> 'boom') NOT VALID; ALTER TABLE users ADD CONSTRAINT no_boom CHECK (name <> 'boom') NOT VALID; ALTER TABLE api_keys ADD CONSTRAINT no_boom CHECK (name <> 'boom') NOT VALID; ALTER TABLE idempotency_keys ADD CONSTRAINT no_boom CHECK (request_id <> 'boom-request') NOT VALID",
  );
  // PostgreSQL's complaint of it holds the whole row.
  await watched.request(
    'POST',
    '/api/projects',
    { name: 'Once' },
    { 'idempotency-key': 'some-key-of-a-client', 'x-request-id': 'boom-request' },
  );
  const broken = await watched.post('/servers', {
    name: 'boom',
    host: '127.0.0.1',
    port: 1,
    sshUser: 'root',
    authMethod: 'password',
    sshPassword: plant('SSH password of a row that failed', 'Planted-Boom-17'),
  });
  expect(broken.status).toBe(500);
  await new Watched(said, program.url, null, null).post('/auth/signup', {
    email: 'boom@example.com',
    password: plant('password of a row that failed', 'Planted-Boom-18'),
    name: 'boom',
  });
  await watched.post('/api-keys', { name: 'boom', permissions: ['view:projects'] });
  await sql(
    'ALTER TABLE servers RENAME COLUMN credential_enc TO gone; ALTER TABLE sessions RENAME COLUMN user_agent TO gone',
  );
  await watched.post('/servers', {
    name: 'No column',
    host: '127.0.0.1',
    port: 1,
    sshUser: 'root',
    authMethod: 'password',
    sshPassword: plant('SSH password without a column', 'Planted-Gone-19'),
  });
  await new Watched(said, program.url, null, null).post('/auth/signup', {
    email: 'gone@example.com',
    password: plant('password without a column', 'Planted-Gone-20'),
    name: 'Gone',
  });
  await sql(
    'ALTER TABLE servers RENAME COLUMN gone TO credential_enc; ALTER TABLE sessions RENAME COLUMN gone TO user_agent',
  );
  await sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN%'",
  ).catch(() => {});
  for (let i = 0; i < 20; i += 1) await watched.get('/servers');
}

/** Everything that can be listed and read, by both APIs. */
async function readAll(watched: Client, ids: Ids): Promise<void> {
  for (const root of allFields.filter(({ type }) => type !== 'Mutation')) {
    const outcome = await callGraphql(watched, requestOf(root, ids));
    said.push({ where: `what ${root.name} gave`, text: JSON.stringify(outcome) });
  }
  for (const route of allRoutes.filter(({ route }) => route.method === 'get')) {
    const request = restRequestOf(route, ids);
    if (request) await callRest(watched, request);
  }
}

it('says no secret to anybody: logs, audit, outbox, jobs, notifications, errors, lists', async () => {
  const watched = await account();
  const ids = await things(watched);
  await readAll(watched, ids);
  await accidents(watched);
  await program.kill('SIGTERM');

  expect(plants.count).toBeGreaterThan(45);
  expect(said.length).toBeGreaterThan(120);
  expect(program.lines.length).toBeGreaterThan(150);
  const found: string[] = [];
  for (const { where, text } of said) found.push(...plants.findIn(where, text));
  for (const line of program.lines) found.push(...plants.findIn('the log', line));
  // In the database nothing of them is readable at all, whichever the table.
  found.push(...(await findInTables(pool, plants)));
  expect(found).toEqual([]);

  // What stands for a secret at rest, sealed or as a digest, leaves the database as little.
  const sealed = new Plants();
  const columns = await sql<{ table: string; column: string }>(
    "SELECT table_name AS \"table\", column_name AS \"column\" FROM information_schema.columns WHERE table_schema = 'public' AND (column_name LIKE '%\\_enc' OR column_name LIKE '%hash' OR column_name = 'wrapped')",
  );
  expect(columns.length).toBeGreaterThan(15);
  for (const { table, column } of columns) {
    for (const { value } of await sql<{ value: string }>(
      `SELECT "${column}" AS value FROM "${table}" WHERE length("${column}") > 7`,
    ))
      sealed.plant(`${table}.${column}`, value);
  }
  const leaked = said.flatMap(({ where, text }) => sealed.findIn(where, text));
  for (const line of program.lines) leaked.push(...sealed.findIn('the log', line));
  for (const name of ['audit_entries', 'outbox_events', 'operation_logs', 'operation_steps', 'pgboss.job']) {
    for (const { row } of await sql<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`))
      leaked.push(...sealed.findIn(name, row));
  }
  expect(leaked).toEqual([]);
  // Of a row that could not be written nothing is left to look for, but its kind is known by its shape.
  const shapes = /\bv[12]\.[\w-]{8,12}\.[\w-]{30,}|\$argon2id\$|PRIVATE KEY-----/;
  expect(
    [...said.map(({ where, text }) => `${where}: ${text}`), ...program.lines].filter((text) => shapes.test(text)),
  ).toEqual([]);
}, 180_000);

it('would find them', () => {
  const control = new Plants();
  const secret = control.plant('control', 'pla"nted control/?secret');
  const json = JSON.stringify({ secret });
  for (const text of [
    json,
    JSON.stringify({ json }),
    `x=${encodeURIComponent(secret)}`,
    `?a=${new URLSearchParams({ secret }).toString()}`,
    Buffer.from(secret).toString('hex'),
    ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${secret}, and more`).toString('base64url')),
  ]) {
    expect([text, control.findIn('a text', text).length]).toEqual([text, 1]);
  }
});
