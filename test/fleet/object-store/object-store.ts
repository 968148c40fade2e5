import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../kit/free-port.ts';

const run = promisify(execFile);

/**
 * A real service of S3, which checks signatures: Ceph's object gateway on a SQLite file. It listens on every address of the
 * machine, so that containers of the fleet reach it by the address of their bridge.
 */
export class ObjectStore {
  readonly accessKeyId = 'OCOREACCESSKEY';
  readonly secretAccessKey = 'a-secret-that-is-checked';
  readonly port: number;
  readonly #root: string;
  readonly #data: string;
  #gateway: ChildProcess | undefined;

  private constructor(root: string, data: string, port: number) {
    this.#root = root;
    this.#data = data;
    this.port = port;
  }

  static async start(...buckets: string[]): Promise<ObjectStore> {
    const installer = join(import.meta.dirname, 'install.sh');
    const { stdout } = await run('bash', [installer], { maxBuffer: 64 * 1024 * 1024 });
    const root = stdout.trim().split('\n').at(-1) ?? '';
    await mkdir(join(root, 'data'), { recursive: true });
    const store = new ObjectStore(root, await mkdtemp(join(root, 'data', 'store-')), await freePort());
    await store.up();
    const { accessKeyId, secretAccessKey } = store;
    const access = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
    await store.#inRoot('radosgw-admin', 'user', 'create', '--uid=ocore', '--display-name=oCore', ...access);
    for (const bucket of buckets) await store.#makeBucket(bucket);
    return store;
  }

  /** As whoever reaches this machine by the address sees it. */
  endpoint(address = '127.0.0.1'): string {
    return `http://${address}:${this.port}`;
  }

  async up(): Promise<void> {
    const options = ['-f', `--rgw-frontends=beast endpoint=0.0.0.0:${this.port}`, ...this.#options];
    this.#gateway = spawn('chroot', [this.#root, '/usr/bin/radosgw', ...options], { stdio: 'ignore' });
    for (let i = 0; i < 300; i += 1) {
      if (
        await fetch(this.endpoint()).then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(100);
    }
    throw new Error('The object gateway did not start');
  }

  /** Takes it down; what it holds stays. */
  async down(): Promise<void> {
    if (!this.#gateway || this.#gateway.exitCode !== null || this.#gateway.signalCode !== null) return;
    this.#gateway.kill('SIGKILL');
    await once(this.#gateway, 'exit');
  }

  async stop(): Promise<void> {
    await this.down();
    await rm(this.#data, { recursive: true, force: true });
  }

  /** It is silent, and its connections stand: a slow destination. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#gateway?.kill(name);
  }

  get #options(): string[] {
    const data = this.#data.slice(this.#root.length);
    return [
      '--no-mon-config',
      '-n',
      'client.rgw',
      '-c',
      '/dev/null',
      '--rgw-backend-store=dbstore',
      '--rgw-config-store=dbstore',
      `--dbstore-db-dir=${data}`,
      `--rgw-data=${data}`,
      `--run-dir=${data}`,
      '--keyring=/dev/null',
      '--log-file=/dev/null',
    ];
  }

  async #inRoot(program: string, ...args: string[]): Promise<void> {
    await run('chroot', [this.#root, program, ...this.#options, ...args], { timeout: 60_000 });
  }

  async #makeBucket(Bucket: string): Promise<void> {
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: this.endpoint(),
      forcePathStyle: true,
      credentials: { accessKeyId: this.accessKeyId, secretAccessKey: this.secretAccessKey },
    });
    await client.send(new CreateBucketCommand({ Bucket }));
    client.destroy();
  }
}
