import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import { ObjectStore } from '../fleet/object-store/object-store.ts';
import { firstEngine, firstSshPort, fleetDir } from '../fleet/slot.ts';
import { Sshd } from '../fleet/sshd.ts';
import type { Answer, Client } from '../kit/client.ts';
import { freePort } from '../kit/free-port.ts';
import type { Ocore } from '../kit/ocore.ts';
import { newSshKey } from '../kit/ssh-key.ts';

const run = promisify(execFile);

let ocore: Ocore;
let owner: Client;
let store: ObjectStore;
let sshd: Sshd;
let dir: string;
let serverId: string;
/** A second door to the store, whose clock goes wrong, and which is as strict as Amazon about buckets that lock. */
let door: Server;
let ahead = 0;
let wantsDigest = false;

it.beforeAll(async ({ ocore: started, owner: person, server }) => {
  ocore = started;
  owner = person;
  dir = await mkdtemp(join(tmpdir(), 'ocore-destinations-'));
  store = await ObjectStore.start('backups');
  sshd = new Sshd(join(fleetDir, 'sshd-destinations'), firstSshPort + 8, [
    'Subsystem sftp internal-sftp',
    `ListenAddress 172.27.${firstEngine}.1`,
  ]);
  await sshd.prepare();
  await sshd.start();
  door = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    if (wantsDigest && method === 'PUT' && headers['content-md5'] === undefined) {
      const said = 'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock';
      answer.writeHead(400).end(`<Error><Code>InvalidRequest</Code><Message>${said}</Message></Error>`);
      return;
    }
    const passed = request(store.endpoint() + url, { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 500, { ...got.headers, date: new Date(Date.now() + ahead).toUTCString() });
      got.pipe(answer);
    });
    asked.pipe(passed);
  }).listen(0, '127.0.0.1');
  serverId = await owner.activeServer(server);
}, 600_000);
afterAll(async () => {
  door?.close();
  await sshd?.stop();
  await store?.stop();
  await rm(dir, { recursive: true, force: true });
});

const s3 = (config: Record<string, unknown> = {}) => ({
  endpoint: store.endpoint(),
  bucket: 'backups',
  prefix: '/odoo/',
  accessKeyId: store.accessKeyId,
  secretAccessKey: store.secretAccessKey,
  ...config,
});
const sftp = (config: Record<string, unknown> = {}) => ({
  host: '127.0.0.1',
  port: sshd.port,
  user: 'root',
  path: join(dir, 'sftp'),
  privateKey: sshd.privateKey,
  ...config,
});
const doorUrl = (): string => {
  const address = door.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};
const create = (name: string, destinationType: string, config: Record<string, unknown>): Promise<Answer> =>
  owner.post('/backup-destinations', { name, destinationType, config });
/** What a creation was refused with. */
const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.step') ?? answer.at('error.details.field'),
  answer.at('error.details.problem') ?? answer.at('error.details.constraint'),
];
const tested = async (id: string): Promise<unknown[]> => {
  const answer = await owner.post(`/backup-destinations/${id}/test`);
  return [answer.at('success'), answer.at('failedStep'), answer.at('problem')];
};

it('keeps a bucket after a test, shows no secret, and refuses what the service refuses', async () => {
  expect(refusal(await create('Wrong', 's3_compatible', s3({ secretAccessKey: 'wrong' })))).toEqual([
    422,
    'unprocessable',
    'connect',
    'credentials_refused',
  ]);
  expect(refusal(await create('Wrong', 's3_compatible', s3({ bucket: 'no-such-bucket' })))).toEqual([
    422,
    'unprocessable',
    'connect',
    'bucket_not_found',
  ]);
  expect((await owner.get('/backup-destinations')).at('data')).toEqual([]);

  const made = await create('Bucket', 's3_compatible', s3());
  expect([made.status, made.at('config.prefix'), made.at('config.accessKeyId'), made.at('testProblem')]).toEqual([
    201,
    'odoo',
    store.accessKeyId,
    null,
  ]);
  const id = made.text('id');
  expect(await tested(id)).toEqual([true, null, null]);
  const shown = [made, await owner.get('/backup-destinations'), await owner.get('/audit-logs?limit=50')];
  expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain(store.secretAccessKey);
  const [row] = await ocore.sql<{ text: string }>(
    'SELECT to_jsonb(t)::text AS text FROM backup_destinations t WHERE id = $1',
    [id],
  );
  expect(row?.text).not.toContain(store.secretAccessKey);
  expect(refusal(await create('Bucket', 's3_compatible', s3()))).toEqual([409, 'conflict', 'name', 'unique']);

  // A change that fails its test changes nothing; the secret goes to no other address.
  const path = `/backup-destinations/${id}`;
  expect(refusal(await owner.patch(path, { config: { secretAccessKey: 'wrong' } }))).toEqual([
    422,
    'unprocessable',
    'connect',
    'credentials_refused',
  ]);
  expect(refusal(await owner.patch(path, { config: { endpoint: 'http://127.0.0.1:9' } }))).toEqual([
    400,
    'validation_error',
    'config.secretAccessKey',
    'required',
  ]);
  const { secretAccessKey } = store;
  expect((await owner.put(path, { name: 'Renamed', config: { prefix: 'other', secretAccessKey } })).status).toBe(200);
  expect((await owner.get(path)).at('config.prefix')).toBe('other');

  await store.down();
  expect(await tested(id)).toEqual([false, 'connect', 'unreachable']);
  expect((await owner.get(path)).at('testProblem')).toBe('unreachable');
  await store.up();
  expect(await tested(id)).toEqual([true, null, null]);
  expect((await owner.get(path)).at('testProblem')).toBe(null);
  expect((await owner.delete(path)).status).toBe(200);
});

it('shows the object lock of a bucket, which keeps what is deleted', async () => {
  await store.makeLockedBucket('locked', 2);
  await store.makeLockedBucket('lockable');
  const locked = await create('Locked', 's3_compatible', s3({ bucket: 'locked', endpoint: doorUrl() }));
  const lockable = await create('Lockable', 's3_compatible', s3({ bucket: 'lockable' }));
  const plain = await create('Plain', 's3_compatible', s3());
  expect([locked, lockable, plain].map((answer) => [answer.status, answer.at('objectLock')])).toEqual([
    [201, { mode: 'compliance', days: 2 }],
    [201, { mode: null, days: null }],
    [201, null],
  ]);
  wantsDigest = true;
  expect(await tested(locked.text('id'))).toEqual([true, null, null]);
  wantsDigest = false;
  // The files of both tests.
  expect([await store.keys('locked', 'odoo/'), (await store.versions('locked', 'odoo/')).length]).toEqual([[], 2]);
});

it('says of an address only whether an S3 service or an SFTP server is there', async () => {
  const said: unknown[] = [];
  for (const endpoint of [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${sshd.port}`, ocore.url]) {
    const answer = await create('Nobody', 's3_compatible', s3({ endpoint }));
    expect(refusal(answer)).toEqual([422, 'unprocessable', 'connect', 'unreachable']);
    said.push(answer.text('error.message').replace(endpoint, ''));
  }
  expect(new Set(said).size).toBe(1);
  expect(refusal(await create('Nobody', 'sftp', sftp({ port: await freePort() })))).toEqual([
    422,
    'unprocessable',
    'connect',
    'unreachable',
  ]);
});

it('refuses a service whose clock is more than 15 minutes off', async () => {
  const endpoint = doorUrl();
  ahead = 5 * 60_000;
  const made = await create('Slightly ahead', 's3_compatible', s3({ endpoint }));
  expect(made.status).toBe(201);
  expect(Math.abs(Number(made.at('clockSkewSeconds')) - 300)).toBeLessThan(30);
  ahead = -20 * 60_000;
  expect(await tested(made.text('id'))).toEqual([false, 'clock', 'clock_skewed']);
  expect(refusal(await create('Behind', 's3_compatible', s3({ endpoint })))).toEqual([
    422,
    'unprocessable',
    'clock',
    'clock_skewed',
  ]);
});

it('pins the host key of an SFTP server, and takes another only when it is named', async () => {
  expect(refusal(await create('Other', 'sftp', sftp({ hostKeyFingerprint: `SHA256:${'A'.repeat(43)}` })))).toEqual([
    422,
    'unprocessable',
    'connect',
    'host_key_mismatch',
  ]);
  expect(refusal(await create('Other', 'sftp', sftp({ privateKey: newSshKey().private })))).toEqual([
    422,
    'unprocessable',
    'connect',
    'credentials_refused',
  ]);
  const made = await create('SFTP', 'sftp', sftp());
  expect([made.status, made.at('config.hostKeyFingerprint')]).toEqual([201, sshd.hostKeyFingerprint]);
  expect(Number(made.at('freeBytes'))).toBeGreaterThan(0);
  const id = made.text('id');
  expect(await tested(id)).toEqual([true, null, null]);
  await sshd.changeHostKey();
  expect(await tested(id)).toEqual([false, 'connect', 'host_key_mismatch']);
  // A new key of the user comes to the pinned host key as well.
  expect(refusal(await owner.patch(`/backup-destinations/${id}`, { config: { privateKey: sshd.privateKey } }))).toEqual(
    [422, 'unprocessable', 'connect', 'host_key_mismatch'],
  );
  const accepted = await owner.patch(`/backup-destinations/${id}`, {
    config: { hostKeyFingerprint: sshd.hostKeyFingerprint },
  });
  expect([accepted.status, accepted.at('config.hostKeyFingerprint')]).toEqual([200, sshd.hostKeyFingerprint]);
  expect(await tested(id)).toEqual([true, null, null]);
});

it('tests a directory on its server: that it exists, may be written, and has space', async () => {
  const path = join('/srv', `ocore-destinations-${firstEngine}`);
  await rm(path, { recursive: true, force: true });
  expect(refusal(await create('Directory', 'local', { serverId, path }))).toEqual([
    422,
    'unprocessable',
    'connect',
    'path_not_found',
  ]);
  expect(refusal(await create('Directory', 'local', { serverId, path: '/etc/backups' }))).toEqual([
    400,
    'validation_error',
    'config.path',
    'format',
  ]);
  await mkdir(path);
  const made = await create('Directory', 'local', { serverId, path });
  expect([made.status, made.at('config.serverId')]).toEqual([201, serverId]);
  expect(await tested(made.text('id'))).toEqual([true, null, null]);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=4k,nr_inodes=1', 'none', path]);
  try {
    expect(await tested(made.text('id'))).toEqual([false, 'write', 'no_space']);
    await run('mount', ['-o', 'remount,ro', path]);
    expect(await tested(made.text('id'))).toEqual([false, 'write', 'access_denied']);
  } finally {
    await run('umount', [path]);
    await rm(path, { recursive: true, force: true });
  }
  expect(await tested(made.text('id'))).toEqual([false, 'connect', 'path_not_found']);
  // While it is a place for backups, its server stays.
  expect((await owner.delete(`/backup-destinations/${made.text('id')}`)).status).toBe(200);
});
