import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../kit/free-port.ts';
import { Cluster, end } from './cluster.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * A real service of S3 with signatures, ranges, versions and object lock: Ceph's object gateway on a cluster of one machine.
 * It listens on every address of the machine, so that containers of the fleet reach it by the address of their bridge.
 */
export class ObjectStore implements Credentials {
  readonly accessKeyId = 'OCOREACCESSKEY';
  readonly secretAccessKey = 'a-secret-that-is-checked';
  readonly port: number;
  readonly #cluster: Cluster;
  #gateway: ChildProcess | undefined;

  private constructor(cluster: Cluster, port: number) {
    this.#cluster = cluster;
    this.port = port;
  }

  static async start(...buckets: string[]): Promise<ObjectStore> {
    const store = new ObjectStore(await Cluster.start(), await freePort());
    try {
      await store.#makeUser('ocore', store);
      await store.up();
      for (const bucket of buckets) await store.makeBucket(bucket);
    } catch (error) {
      await store.stop();
      throw error;
    }
    return store;
  }

  /** As whoever reaches this machine by the address sees it. */
  endpoint(address = '127.0.0.1'): string {
    return `http://${address}:${this.port}`;
  }

  async up(): Promise<void> {
    this.#gateway = this.#cluster.spawn(
      'radosgw',
      '-n',
      'client.admin',
      `--rgw-frontends=beast endpoint=0.0.0.0:${this.port}`,
    );
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
    if (this.#gateway) await end(this.#gateway);
  }

  async stop(): Promise<void> {
    await this.#cluster.stop();
  }

  /** It is silent, and its connections stand: a slow destination. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#gateway?.kill(name);
  }

  /** As a user of the store works with it. */
  client({ accessKeyId, secretAccessKey }: Credentials = this): S3Client {
    return new S3Client({
      region: 'us-east-1',
      endpoint: this.endpoint(),
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  }

  async makeBucket(Bucket: string, of: Credentials = this, objectLock = false): Promise<void> {
    const client = this.client(of);
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: objectLock }));
    client.destroy();
  }

  /** Another user, who sees nothing of the others. */
  async user(name: string): Promise<Credentials> {
    const credentials = { accessKeyId: `${name.toUpperCase()}KEY`, secretAccessKey: `the-secret-of-${name}` };
    await this.#makeUser(name, credentials);
    return credentials;
  }

  /** The secret of a user's key becomes another one: who has the old one is refused from now on. */
  async changeSecret(name: string, { accessKeyId }: Credentials, secret: string): Promise<void> {
    await this.#admin('key', 'create', `--uid=${name}`, `--access-key=${accessKeyId}`, `--secret-key=${secret}`);
  }

  async #makeUser(name: string, { accessKeyId, secretAccessKey }: Credentials): Promise<void> {
    const access = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
    await this.#admin('user', 'create', `--uid=${name}`, `--display-name=${name}`, ...access);
  }

  async #admin(...args: string[]): Promise<void> {
    await this.#cluster.tool('radosgw-admin', ...args);
  }
}
