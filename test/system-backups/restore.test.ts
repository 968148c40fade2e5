import { readdirSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { it } from '../kit/fixtures.ts';
import { type Fleet, fleetOf } from '../kit/fleet-rows.ts';
import { Program } from '../kit/program.ts';
import { at, backUp, command, openDirectory } from './kit.ts';

// Nothing takes the operations: they wait when the backup is made.
it.override('env', { OCORE_ROLE: 'gateway' });

let dir: string;
let file: string;
let key: string;
let fleet: Fleet;
let lastEvent: string;
const bases: EmbeddedDatabase[] = [];

it.beforeAll(async ({ ocore, owner }) => {
  dir = await openDirectory();
  fleet = await fleetOf(ocore, owner);
  await owner.post('/registries', {
    host: 'registry.example.com',
    username: 'robot',
    password: 'a secret of a registry',
  });
  key = (await owner.post('/api-keys', { name: 'CI', permissions: ['view:projects'] })).text('key');
  expect((await owner.post(`/instances/${fleet.INSTANCE_ID}/restart`)).status).toBe(202);
  lastEvent = (await owner.get('/events?limit=1')).text('data.0.id');
  // Projects and environments are made all the time while the backup is.
  let stop = false;
  const writing = [1, 2, 3].map(async () => {
    while (!stop) await owner.environment();
  });
  file = await backUp(ocore, join(dir, 'backups'));
  stop = true;
  await Promise.all(writing);
});
afterAll(async () => {
  await Program.endAll();
  for (const base of bases) await base.stop();
  await rm(dir, { recursive: true, force: true });
});

const tables = async (url: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query("SELECT FROM pg_tables WHERE schemaname IN ('public', 'pgboss')");
  await client.end();
  return rowCount ?? 0;
};

it('restores an installation that goes on where it was: sessions, API keys, secrets, events, settings', async ({
  owner,
}) => {
  const data = join(dir, 'restored');
  const done = await command(['restore', file, '--old-is-stopped'], { DATA_DIR: data });
  expect(done).toEqual({ code: 0, output: expect.stringMatching(/Operations that were under way then: 1\./) });
  const program = await Program.start({ DATA_DIR: data });
  const again = at(program.url, owner);

  expect((await again.get('/user')).at('email')).toBe(owner.email);
  expect((await again.post('/auth/refresh', { refreshToken: owner.refreshToken })).status).toBe(200);
  expect((await again.withKey(key).get('/projects')).status).toBe(200);
  expect((await again.post('/auth/login', { email: owner.email, password: 'correct horse 1' })).status).toBe(200);
  expect((await again.get(`/instances/${fleet.INSTANCE_ID}`)).at('name')).toBe('ERP production');
  // The snapshot is of one moment: no environment without its project.
  expect((await again.get('/environments?limit=1')).status).toBe(200);
  expect((await again.get('/registries')).at('data')).toMatchObject([{ host: 'registry.example.com' }]);
  expect((await command(['verify', file], {})).output).toContain('is complete');

  // What waited may have run since: it ends without a call to its server.
  const id = (await again.get(`/operations?resource_id=${fleet.INSTANCE_ID}&limit=1`)).text('data.0.id');
  await expect
    .poll(async () => (await again.get(`/operations/${id}`)).body, { timeout: 60_000 })
    .toMatchObject({
      status: 'failed',
      error: { code: 'installation_restored', hint: expect.stringContaining('Check the resource') },
      steps: [{ status: 'skipped' }, { status: 'skipped' }],
    });

  // A reader goes on after the event that it had, and gets what happens now.
  const project = await again.post('/projects', { name: 'After the restore' });
  const heard: string[] = [];
  for await (const event of again.subscribe('subscription ($after: ID) { events(after: $after) { resourceId } }', {
    after: lastEvent,
  })) {
    heard.push(event.text('data.events.resourceId'));
    if (heard.at(-1) === project.text('id')) break;
  }
  expect(new Set(heard).size).toBeGreaterThan(1);
});

it('refuses a database or a data directory that is not empty', async () => {
  const data = join(dir, 'restored');
  await Program.endAll();
  const again = await command(['restore', file, '--old-is-stopped'], { DATA_DIR: data });
  expect(again).toEqual({ code: 1, output: expect.stringContaining('The database is not empty') });
  const other = join(dir, 'other');
  await cp(join(data, 'secrets'), join(other, 'secrets'), { recursive: true });
  await writeFile(join(other, 'secrets', 'ssh_encryption_key'), 'the key of some other installation');
  const keyed = await command(['restore', file, '--old-is-stopped'], { DATA_DIR: other });
  expect(keyed).toEqual({ code: 1, output: expect.stringContaining('has the key of another installation') });
});

it('changes nothing if the backup is cut off, altered or of another passphrase, and can be repeated', async () => {
  const base = await startEmbedded(join(dir, 'refused'));
  bases.push(base);
  const env = { DATA_DIR: join(dir, 'target'), DATABASE_URL: base.url };
  const whole = await readFile(file);
  const broken = join(dir, 'broken.age');
  const altered = Buffer.from(whole);
  altered.writeUInt8(altered.readUInt8(whole.length - 100) ^ 1, whole.length - 100);
  for (const content of [whole.subarray(0, whole.length - 1), whole.subarray(0, whole.length / 2), altered]) {
    await writeFile(broken, content);
    const refused = await command(['restore', broken, '--old-is-stopped'], env);
    expect(refused).toEqual({
      code: 1,
      output: expect.stringContaining('Failed: The backup is damaged or was cut off'),
    });
    expect(await tables(base.url)).toBe(0);
  }
  const wrong = await command(['restore', file, '--old-is-stopped'], {
    ...env,
    BACKUP_PASSPHRASE: 'not the passphrase',
  });
  expect(wrong.output).toContain('The passphrase is wrong');
  const key = await command(['restore', file, '--old-is-stopped'], {
    ...env,
    SSH_ENCRYPTION_KEY: 'a key that has nothing to do with it',
  });
  expect(key.output).toContain('SSH_ENCRYPTION_KEY is not the key of the backup');
  expect(await tables(base.url)).toBe(0);
  expect(readdirSync(dir)).not.toContain('target');

  const stopped = await command(['restore', file], env);
  expect(stopped.output).toContain('add --old-is-stopped');
  expect((await command(['restore', file, '--old-is-stopped'], env)).code).toBe(0);
  expect(await readFile(join(dir, 'target', 'secrets', 'ssh_encryption_key'), 'utf8')).toBe(
    await readFile(join(dir, 'restored', 'secrets', 'ssh_encryption_key'), 'utf8'),
  );
});
