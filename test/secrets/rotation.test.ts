import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { sealedColumns } from '../../src/sealed-columns.ts';
import { Client } from '../kit/client.ts';
import { Program } from '../kit/program.ts';
import { nowhere } from '../kit/nowhere.ts';

const first = 'the first master key of this test';
const second = 'the second master key of this test';
const password = 'correct horse 1';

let dir: string;
let database: EmbeddedDatabase;
let pool: pg.Pool;
let env: Record<string, string>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ocore-keys-'));
  database = await startEmbedded(dir);
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  env = {
    DATA_DIR: dir,
    DATABASE_URL: database.url,
    DB_POOL_MAX_CONNS: '10',
    MONITOR_INTERVAL: '1h',
    SSH_ENCRYPTION_KEY: first,
  };
});
afterAll(async () => {
  await Program.endAll();
  await pool.end();
  await database.stop();
  await rm(dir, { recursive: true, force: true });
});

const keys = (args: string[], more: Record<string, string> = {}): Program =>
  Program.run('src/cli/keys.ts', args, { ...env, ...more });
const rotate = (more: Record<string, string> = {}): Program => keys(['rotate-encryption', '--settle', '1'], more);
const keyIn = (text: string): string => /data key (\S+)/.exec(text)?.[1] ?? '';

/** A record as it was made before there were data keys: sealed by the master key itself. */
function sealedBefore(owner: string): string {
  const derived = (info: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', first, 'ocore-secret-box', info, length));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derived('aes-256-gcm', 32), nonce).setAAD(Buffer.from(owner));
  return `v1.${derived('key-id', 6).toString('base64url')}.${Buffer.concat([nonce, cipher.update('sealed long ago'), cipher.final(), cipher.getAuthTag()]).toString('base64url')}`;
}

/** Every key that seals something, wherever in the database that is; and the columns where it was found. */
async function recordsByKey(): Promise<{ keys: Set<string>; columns: Set<string> }> {
  const { rows: columns } = await pool.query<{ table_name: string; column_name: string }>(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema IN ('public', 'pgboss') AND data_type IN ('text', 'jsonb', 'json', 'character varying')",
  );
  const found = { keys: new Set<string>(), columns: new Set<string>() };
  for (const { table_name, column_name } of columns) {
    const schema = (
      await pool.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [`public.${table_name}`])
    ).rows[0]?.found
      ? 'public'
      : 'pgboss';
    const { rows } = await pool.query<{ key: string }>(
      `SELECT DISTINCT (m.record)[1] AS key FROM ${schema}."${table_name}", LATERAL regexp_matches("${column_name}"::text, '(v[12]\\.[A-Za-z0-9_-]{8,12})\\.[A-Za-z0-9_-]{38,}', 'g') AS m(record)`,
    );
    for (const { key } of rows) found.keys.add(key);
    if (rows.length > 0) found.columns.add(`${table_name}.${column_name}`);
  }
  return found;
}

it('names every sealed column of the schema', async () => {
  await migrate(database.url);
  const { rows } = await pool.query<{ name: string }>(
    "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name LIKE '%\\_enc'",
  );
  expect(rows.length).toBeGreaterThan(4);
  expect(
    rows
      .map((row) => row.name)
      .filter((name) => !sealedColumns.some((column) => `${column.table}.${column.column}` === name)),
  ).toEqual([]);
});

it('rotates the data key under load, also when it is killed half way, and the master key after it', async () => {
  const programs = await Promise.all([
    Program.start({ ...env, OCORE_ROLE: 'gateway' }),
    Program.start({ ...env, OCORE_ROLE: 'gateway' }),
    Program.start({ ...env, OCORE_ROLE: 'worker' }),
  ]);
  const url = programs[0]?.url ?? '';
  const signUp = await new Client(url, null, null).post('/auth/signup', {
    email: 'keys@example.com',
    password,
    name: 'Keys',
  });
  const clients = programs
    .slice(0, 2)
    .map((program) => new Client(program.url, signUp.text('accessToken'), signUp.text('organizations.0.slug')));
  const [owner] = clients;
  if (!owner) throw new Error('No client');

  const server = {
    ...nowhere,
    sshPassword: 'sealed in the database',
  };
  const registered = await owner.post('/servers', { name: 'Nobody listens', ...server });
  // Its validation would find nobody; active as it is now, it takes instances.
  await pool.query("UPDATE operations SET status = 'failed', attempt = attempt + 1");
  await pool.query(
    "UPDATE servers SET status = 'active', validated_address = '127.0.0.1', host_key_fingerprint = 'SHA256:known'",
  );
  const environmentId = await owner.environment();
  let n = 0;
  /** Seals three secrets, opens one again in the gateway; the worker opens the server's password. */
  const sealAndOpen = async (client: Client): Promise<string> => {
    n += 1;
    const name = `Instance ${n}`;
    const made = await client.post('/instances', {
      name,
      serverId: registered.text('id'),
      environmentId,
      adminEmail: 'a@example.com',
      envVars: [{ name: 'TOKEN', value: `value of ${name}` }],
    });
    expect([made.status, made.body]).toEqual([202, expect.anything()]);
    await pool.query("UPDATE instances SET status = 'stopped' WHERE id = $1", [made.text('id')]);
    const shown = await client.post(`/instances/${made.text('id')}/admin-password`);
    expect([shown.status, shown.body]).toEqual([
      200,
      { login: 'a@example.com', password: expect.stringMatching(/^[\w-]{20}$/) },
    ]);
    return made.text('id');
  };
  // Something to seal anew, and operations whose input is sealed.
  for (let i = 0; i < 25; i += 1) {
    const id = await sealAndOpen(owner);
    if (i >= 3) continue;
    await pool.query("UPDATE operations SET status = 'failed' WHERE resource_id = $1", [id]);
    await pool.query("UPDATE instances SET status = 'running' WHERE id = $1", [id]);
    expect((await owner.patch(`/instances/${id}`, { envVars: [{ name: 'LATER', value: 'also sealed' }] })).status).toBe(
      202,
    );
  }
  await pool.query(
    "INSERT INTO idempotency_keys (id, claim, request_id, request_enc, lease_until, expires_at) VALUES ('from before', gen_random_uuid(), 'req_before', $1, now(), now() + interval '1 day')",
    [sealedBefore('from before')],
  );
  await pool.query(
    "INSERT INTO mails (id, recipient, subject) SELECT gen_random_uuid(), 'a@example.com', 'without a text' FROM generate_series(1, 3)",
  );

  let loading = true;
  let rounds = 0;
  const problems: unknown[] = [];
  const note = (error: unknown): void => {
    problems.push(error);
  };
  const load = clients
    .map(async (client) => {
      for (; loading; rounds += 1) {
        await sealAndOpen(client);
        await sleep(20);
      }
    })
    .map((work) => work.catch(note));
  const registrations = (async () => {
    for (let i = 0; loading; i += 1) {
      expect((await owner.post('/servers', { name: `Server ${i}`, ...server })).status).toBe(202);
      await sleep(200);
    }
  })().catch(note);

  const killed = rotate();
  const begun = keyIn(await killed.line(/^Created data key/));
  await killed.line(/re-encrypted/);
  await killed.kill();
  const between = keys(['status']);
  expect([await between.ended(), between.output]).toEqual([0, expect.stringContaining('being rotated out')]);

  const resumed = rotate();
  expect([await resumed.ended(), resumed.output]).toEqual([
    0,
    expect.stringContaining(`Resuming the rotation to data key ${begun}`),
  ]);
  const before = rounds;
  const again = rotate();
  expect([await again.ended(), again.output]).toEqual([0, expect.stringContaining('1 retired, 1 deleted')]);
  const newest = keyIn(again.output);
  expect(newest).not.toBe(begun);
  const during = await recordsByKey();
  while (rounds < before + 4 && problems.length === 0) await sleep(50);
  loading = false;
  await Promise.all([...load, registrations]);
  expect(problems).toEqual([]);
  expect([...during.keys]).toEqual([`v2.${newest}`]);
  expect([...(await recordsByKey()).keys]).toEqual([`v2.${newest}`]);
  expect(
    [...during.columns].filter((name) => !sealedColumns.some((column) => `${column.table}.${column.column}` === name)),
  ).toEqual([]);
  expect(during.columns).toContain('operations.input');

  // The worker failed to connect, never to open.
  const failures = () =>
    pool.query<{ code: string }>('SELECT DISTINCT error_code AS code FROM operations WHERE error_code IS NOT NULL');
  while ((await failures()).rows.length === 0) await sleep(100);
  const { rows } = await failures();
  expect(rows.map((row) => row.code)).toEqual(['ssh_unreachable']);
  for (const program of programs) {
    await program.kill('SIGTERM');
    expect(program.output).not.toMatch(/stored secret|data key .* not exist|unexpectedly|authenticate data/);
  }

  const refused = Program.run('src/main.ts', [], { ...env, PORT: '0', SSH_ENCRYPTION_KEY: second });
  expect([await refused.ended(), refused.output]).toEqual([
    1,
    expect.stringMatching(/SSH_ENCRYPTION_KEY: it cannot decrypt.*SSH_ENCRYPTION_KEY_PREVIOUS/s),
  ]);

  const both = await Program.start({
    ...env,
    SSH_ENCRYPTION_KEY: second,
    SSH_ENCRYPTION_KEY_PREVIOUS: `an unused key that is long enough too, ${first}`,
  });
  await sealAndOpen(new Client(both.url, owner.token, owner.org));
  const last = rotate({ SSH_ENCRYPTION_KEY: second, SSH_ENCRYPTION_KEY_PREVIOUS: first });
  expect([await last.ended(), last.output]).toEqual([0, expect.stringContaining('Wrapped 2 data keys')]);
  await both.kill('SIGTERM');
  const alone = await Program.start({ ...env, SSH_ENCRYPTION_KEY: second });
  const login = await new Client(alone.url, null, null).post('/auth/login', { email: 'keys@example.com', password });
  await sealAndOpen(new Client(alone.url, login.text('accessToken'), owner.org));
  await alone.kill('SIGTERM');
  const tooLate = Program.run('src/main.ts', [], { ...env, PORT: '0' });
  expect([await tooLate.ended(), tooLate.output]).toEqual([1, expect.stringContaining('SSH_ENCRYPTION_KEY')]);
}, 300_000);
