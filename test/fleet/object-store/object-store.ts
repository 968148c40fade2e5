import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
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

  async makeBucket(Bucket: string, of: Credentials = this): Promise<void> {
    await this.#as(of, (client) => client.send(new CreateBucketCommand({ Bucket })));
  }

  /** A bucket whose objects can be locked; with `days`, each new one is, and nobody can shorten that. */
  async makeLockedBucket(Bucket: string, days?: number): Promise<void> {
    await this.#as(this, async (client) => {
      await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
      if (days === undefined) return;
      const Rule = { DefaultRetention: { Mode: 'COMPLIANCE' as const, Days: days } };
      const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule };
      await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    });
  }

  /** The names of the objects below a prefix. */
  async keys(Bucket: string, Prefix: string, of: Credentials = this): Promise<string[]> {
    const found = await this.#as(of, (client) => client.send(new ListObjectsV2Command({ Bucket, Prefix })));
    return (found.Contents ?? []).flatMap(({ Key }) => Key ?? []);
  }

  /** Of all versions below a prefix, also of what was deleted. */
  async versions(Bucket: string, Prefix: string): Promise<string[]> {
    const found = await this.#as(this, (client) => client.send(new ListObjectVersionsCommand({ Bucket, Prefix })));
    return (found.Versions ?? []).flatMap(({ Key }) => Key ?? []);
  }

  /** Nobody may delete the objects of a bucket that the pattern names; without a pattern, everything may go again. */
  async denyDeletion(Bucket: string, pattern: string | null, of: Credentials = this): Promise<void> {
    await this.#as(of, async (client) => {
      if (pattern === null) return client.send(new DeleteBucketPolicyCommand({ Bucket }));
      const Resource = `arn:aws:s3:::${Bucket}/${pattern}`;
      const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource }];
      return client.send(
        new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
      );
    });
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

  /** As a user of the store works with it. */
  async #as<Result>(
    { accessKeyId, secretAccessKey }: Credentials,
    work: (client: S3Client) => Promise<Result>,
  ): Promise<Result> {
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: this.endpoint(),
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  async #makeUser(name: string, { accessKeyId, secretAccessKey }: Credentials): Promise<void> {
    const access = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
    await this.#admin('user', 'create', `--uid=${name}`, `--display-name=${name}`, ...access);
  }

  async #admin(...args: string[]): Promise<void> {
    await this.#cluster.tool('radosgw-admin', ...args);
  }
}
