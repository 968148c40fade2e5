import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { openAdminPassword, openSecrets } from '../../src/instances/sealed.ts';
import { SecretBox } from '../../src/secrets/box.ts';
import { KeyRing } from '../../src/secrets/key-ring.ts';
import { MasterKeys } from '../../src/secrets/master-keys.ts';
import { type Fleet, startFleet } from '../fleet/fleet.ts';
import { portRange } from '../fleet/slot.ts';
import { type Answer, Client } from '../kit/client.ts';
import { Program } from '../kit/program.ts';
import { Plants } from './plants.ts';
import { findInTables, type Said, Watched } from './watched.ts';

const plants = new Plants();
const said: Said[] = [];
const masterKey = plants.plant('SSH_ENCRYPTION_KEY', 'planted master key of the leak test');

let dir: string;
let fleet: Fleet;
let database: EmbeddedDatabase;
let pool: pg.Pool;
let program: Program;

beforeAll(async () => {
  fleet = await startFleet({ servers: 1 });
  dir = await mkdtemp(join(tmpdir(), 'ocore-leaks-'));
  database = await startEmbedded(dir);
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  program = await Program.start({
    DATA_DIR: dir,
    DATABASE_URL: database.url,
    SSH_ENCRYPTION_KEY: masterKey,
    LOG_LEVEL: 'trace',
    PORT_RANGE: portRange,
  });
});
afterAll(async () => {
  await Program.endAll();
  await pool?.end();
  await database?.stop();
  await fleet?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The passwords that its own parts know, and the administrator's. */
async function plantPasswords(id: string): Promise<void> {
  const box = new SecretBox(await KeyRing.load(pool, new MasterKeys(masterKey)));
  const { rows } = await pool.query<{ secrets: string; admin: string }>(
    'SELECT secrets_enc AS secrets, admin_password_enc AS admin FROM instances WHERE id = $1',
    [id],
  );
  const { secrets = '', admin = '' } = rows[0] ?? {};
  plants.plant('admin password of Odoo', await openAdminPassword(box, id, admin));
  const passwords = await openSecrets(box, { id, secretsEnc: secrets });
  for (const [name, value] of Object.entries(passwords)) plants.plant(name, value);
}

/** What the server tells everybody who may use Docker there. */
async function inspect(id: string): Promise<void> {
  const { docker } = fleet.servers[0]?.engine ?? {};
  const containers = await docker?.listContainers({ all: true, filters: { label: [`sh.ocore.instance=${id}`] } });
  expect(containers).toHaveLength(2);
  for (const { Id } of containers ?? [])
    said.push({ where: 'docker inspect', text: JSON.stringify(await docker?.getContainer(Id).inspect()) });
}

it('says no password of an instance to anybody, whether it is made, changed, broken or deleted', async () => {
  const password = plants.plant('password', 'Planted-Password-1');
  const plain = new Client(program.url, null, null);
  const signedUp = await plain.post('/auth/signup', { email: 'leaks@example.com', password, name: 'Leaks' });
  const [token, org] = [signedUp.text('accessToken'), signedUp.text('organizations.0.slug')];
  const me = new Client(program.url, token, org);
  const watched = new Watched(said, program.url, token, org);
  /** How it ended; what it told on the way is searched. */
  const endOf = async (answer: Answer): Promise<unknown> => {
    const id = answer.text('operationId');
    const operation = await watched.finished(id);
    said.push({ where: 'a subscription', text: JSON.stringify(operation.body) });
    await watched.get(`/operations/${id}`);
    expect((await watched.get(`/operations/${id}/logs`)).status).toBe(200);
    return operation.at('data.operationUpdated.status');
  };

  const [server] = fleet.servers;
  if (!server) throw new Error('The fleet has no server');
  const serverId = await me.activeServer(server);
  const environmentId = await me.environment();
  const create = async (name: string, modules: readonly string[]): Promise<Answer> => {
    const answer = await watched.post('/instances', {
      name,
      serverId,
      environmentId,
      adminEmail: 'admin@example.com',
      modules,
    });
    await plantPasswords(answer.text('id'));
    return answer;
  };
  const made = await create('Leaks', []);
  const path = `/instances/${made.text('id')}`;
  expect(await endOf(made)).toBe('succeeded');
  expect((await me.post(`${path}/admin-password`)).status).toBe(200);
  expect((await watched.post(`${path}/admin-password`)).status).toBe(409);
  await inspect(made.text('id'));
  expect(await endOf(await watched.patch(path, { logLevel: 'debug', workers: 0 }))).toBe('succeeded');
  // Odoo cannot start in so little memory: the operation tells its last words.
  const little = { limitMemorySoft: 128 * 1024 ** 2, limitMemoryHard: 128 * 1024 ** 2 };
  expect(await endOf(await watched.patch(path, little))).toBe('failed');
  expect(await endOf(await watched.post(`${path}/restart`))).toBe('succeeded');
  const logs = await watched.get(`${path}/logs?lines=1000`);
  expect(logs.at('data.20.message')).toBeTypeOf('string');
  expect(await endOf(await create('Wrong module', ['no_such_module']))).toBe('failed');
  await inspect(made.text('id'));
  for (const list of ['/instances', '/operations', '/audit-logs?limit=100', path]) await watched.get(list);
  expect(await endOf(await watched.delete(path))).toBe('succeeded');
  await program.kill('SIGTERM');

  // Four of each of the two instances, the key and the person's own.
  expect(plants.count).toBe(10);
  expect(said.length).toBeGreaterThan(30);
  expect(program.output).toContain('A call to the server');
  const found = said.flatMap(({ where, text }) => plants.findIn(where, text));
  for (const line of program.lines) found.push(...plants.findIn('the log', line));
  expect([...found, ...(await findInTables(pool, plants))]).toEqual([]);
}, 400_000);
