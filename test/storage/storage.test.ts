import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorage, type Storage, testStorage } from '../../src/storage/index.ts';
import { firstSshPort, fleetDir } from '../fleet/slot.ts';
import { Sshd } from '../fleet/sshd.ts';
import { freePort } from '../kit/free-port.ts';

let dir: string;
let sshd: Sshd;
let s3: ReturnType<typeof spawn>;
let s3Port: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ocore-storage-'));
  sshd = new Sshd(join(fleetDir, 'sshd-storage'), firstSshPort + 9, ['Subsystem sftp internal-sftp']);
  await sshd.prepare();
  await sshd.start();
  s3Port = await freePort();
  const args = ['--directory', join(dir, 's3'), '--address', '127.0.0.1', '--port', String(s3Port)];
  // A server with multipart uploads.
  s3 = spawn(process.execPath, ['node_modules/s3rver/bin/s3rver.js', ...args, '--configure-bucket', 'bucket'], {
    stdio: 'ignore',
  });
  for (let i = 0; i < 200; i += 1) {
    const up = await fetch(`http://127.0.0.1:${s3Port}/`).then(
      () => true,
      () => false,
    );
    if (up) break;
    await sleep(50);
  }
});
afterAll(async () => {
  if (s3.exitCode === null) {
    s3.kill('SIGKILL');
    await once(s3, 'exit');
  }
  await sshd.stop();
  await rm(dir, { recursive: true, force: true });
});

const sftpPlace = () => ({
  kind: 'sftp' as const,
  host: '127.0.0.1',
  port: sshd.port,
  user: 'root',
  dir: join(dir, 'sftp', 'backups'),
  hostKey: sshd.hostKeyFingerprint,
  auth: { privateKey: sshd.privateKey },
});
const s3Place = () => ({
  kind: 's3' as const,
  bucket: 'bucket',
  prefix: 'ocore/',
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${s3Port}`,
  pathStyle: true,
  credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
});
const places = {
  directory: () => ({ place: { kind: 'directory' as const, dir: join(dir, 'files') }, files: join(dir, 'files') }),
  SFTP: () => ({ place: sftpPlace(), files: join(dir, 'sftp', 'backups') }),
  S3: () => ({ place: s3Place(), files: join(dir, 's3', 'bucket', 'ocore') }),
};

/** 70 MiB: three parts of S3. */
const blocks = 70;
async function* large(failAfter = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  for (let i = 0; i < blocks; i += 1) {
    if (i >= failAfter) throw new Error('the database went away');
    yield Buffer.alloc(1024 * 1024, i);
  }
}

describe.each(['directory', 'SFTP', 'S3'] as const)('%s', (kind) => {
  let storage: Storage;
  let files: string;
  beforeAll(() => {
    const opened = places[kind]();
    storage = openStorage(opened.place);
    files = opened.files;
  });
  afterAll(() => storage.close());

  it('passes its own test, also where nothing is yet', async () => {
    expect(await storage.list('')).toEqual([]);
    await testStorage(storage);
    expect(await storage.list('')).toEqual([]);
  });

  it('writes, lists, reads and deletes large files', async () => {
    expect(await storage.write('ocore-1.age', Readable.from(large()))).toBe(blocks * 1024 * 1024);
    await storage.write('other', Readable.from([Buffer.from('x')]));
    expect((await storage.list('ocore-')).map(({ name, size }) => ({ name, size }))).toEqual([
      { name: 'ocore-1.age', size: blocks * 1024 * 1024 },
    ]);
    let at = 0;
    for await (const chunk of await storage.read('ocore-1.age')) {
      expect(chunk[0]).toBe(Math.floor(at / 1024 / 1024));
      at += chunk.length;
    }
    expect(at).toBe(blocks * 1024 * 1024);
    await storage.delete('ocore-1.age');
    await storage.delete('ocore-1.age');
    await storage.delete('other');
    await expect(storage.read('ocore-1.age')).rejects.toThrow('does not exist');
  });

  it('leaves nothing of a file whose content or upload breaks off', async () => {
    for (const after of [0, 40])
      await expect(storage.write('ocore-2.age', Readable.from(large(after)))).rejects.toThrow();
    const signal = AbortSignal.timeout(1);
    await expect(storage.write('ocore-3.age', Readable.from(large()), signal)).rejects.toThrow();
    expect(await storage.list('')).toEqual([]);
    const left = await readdir(files).catch(() => []);
    expect(left.filter((name) => name.includes('ocore-'))).toEqual([]);
    await storage.sweep('ocore-');
  });

  it('refuses names that lead elsewhere', async () => {
    for (const name of ['../x', '.hidden', 'a/b', ''])
      await expect(storage.write(name, Readable.from(['x']))).rejects.toThrow('is not allowed');
  });
});

it('refuses an SFTP server with another host key before it signs in', async () => {
  const storage = openStorage({ ...sftpPlace(), hostKey: `SHA256:${'A'.repeat(43)}` });
  await expect(storage.list('')).rejects.toThrow(`presented the host key ${sshd.hostKeyFingerprint}`);
});

it('tells that SFTP or S3 refused, or that nobody is there', async () => {
  const other = openStorage({ ...sftpPlace(), user: 'nobody-of-this-name' });
  await expect(other.list('')).rejects.toThrow('refused the user nobody-of-this-name');
  const wrong = openStorage({ ...s3Place(), bucket: 'no-such-bucket' });
  await expect(wrong.write('x', Readable.from([Buffer.from('x')]))).rejects.toThrow('NoSuchBucket');
  const nobody = openStorage({ ...sftpPlace(), port: await freePort() });
  await expect(nobody.list('')).rejects.toThrow('cannot be reached over SFTP');
});
