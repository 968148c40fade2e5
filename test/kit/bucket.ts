import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A small S3 server with one bucket, for tests without the machine. It knows its access key, and checks no signature. */
export class Bucket {
  readonly config: Record<string, string>;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, dir: string, endpoint: string) {
    this.#child = child;
    this.#dir = dir;
    this.config = { endpoint, bucket: 'bucket', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  }

  static async start(): Promise<Bucket> {
    const dir = await mkdtemp(join(tmpdir(), 'ocore-bucket-'));
    const port = await freePort();
    const args = ['--directory', dir, '--address', '127.0.0.1', '--port', String(port), '--configure-bucket', 'bucket'];
    const child = spawn(process.execPath, ['node_modules/s3rver/bin/s3rver.js', ...args], { stdio: 'ignore' });
    const endpoint = `http://127.0.0.1:${port}`;
    for (let i = 0; i < 400; i += 1) {
      if (
        await fetch(endpoint).then(
          () => true,
          () => false,
        )
      )
        return new Bucket(child, dir, endpoint);
      await sleep(50);
    }
    throw new Error('The S3 server did not start');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#dir, { recursive: true, force: true });
  }
}
