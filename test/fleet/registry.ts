import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import tar from 'tar-stream';
import { registryPort } from './slot.ts';

/** Who may pull from a registry that asks. */
export const puller = { username: 'puller', password: 'pull me' };
const htpasswd = 'puller:$2y$04$abcdefghijklmnopqrstuuDNuMwhGzeqTl4lVmqqmB3rF8u7xOexa\n';

/** A line of about 10 MB/s: on loopback a pull would be over before anyone could watch it, or kill anything in it. */
function slowly(): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      setTimeout(() => done(null, chunk), Math.ceil(chunk.length / 10_000));
    },
  });
}

/** A real image registry on loopback, behind a slow line, where Docker Hub cannot be reached. */
export class Registry {
  readonly address: string;
  readonly #dir: string;
  readonly #process: ChildProcess;
  readonly #line: net.Server;

  readonly #asks: boolean;

  private constructor(address: string, dir: string, process: ChildProcess, line: net.Server, asks: boolean) {
    this.address = address;
    this.#dir = dir;
    this.#process = process;
    this.#line = line;
    this.#asks = asks;
  }

  /** `asks`: it lets nobody in but the puller. */
  static async start({ port = registryPort, asks = false } = {}): Promise<Registry> {
    const dir = await mkdtemp(join(tmpdir(), 'ocore-registry-'));
    const config = join(dir, 'config.yml');
    await writeFile(
      config,
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${dir} } }\nhttp: { addr: 127.0.0.1:${port + 1} }\n${asks ? `auth: { htpasswd: { realm: oCore, path: ${dir}/htpasswd } }\n` : ''}`,
    );
    await writeFile(join(dir, 'htpasswd'), htpasswd);
    const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    const line = net
      .createServer((from) => {
        const to = net.connect(port + 1, '127.0.0.1');
        from.pipe(to).pipe(slowly()).pipe(from);
        for (const [one, other] of [
          [from, to],
          [to, from],
        ] as const)
          one.on('error', () => other.destroy());
        from.on('close', () => to.destroy());
      })
      .listen(port, '127.0.0.1');
    const address = `127.0.0.1:${port}`;
    for (let i = 0; i < 100; i += 1) {
      if (
        await fetch(`http://${address}/v2/`).then(
          (response) => response.status === (asks ? 401 : 200),
          () => false,
        )
      )
        return new Registry(address, dir, child, line, asks);
      await sleep(100);
    }
    throw new Error('The registry did not start');
  }

  /** Brings an image into the registry, with a layer that no engine has yet. Gives its name there. */
  async take(docker: Docker, image: string, megabytes = 40): Promise<string> {
    const [name = '', tag = 'latest'] = image.split(':');
    const repo = `${this.address}/${name}`;
    const container = await docker.createContainer({ Image: image });
    const pack = tar.pack();
    pack.entry({ name: 'usr/share/new-layer' }, randomBytes(megabytes * 1e6));
    pack.finalize();
    await container.putArchive(await buffer(pack), { path: '/' });
    await container.commit({ repo, tag });
    await container.remove();
    const taken = docker.getImage(`${repo}:${tag}`);
    const stream = await taken.push({
      authconfig: { ...(this.#asks ? puller : { username: '', password: '' }), serveraddress: this.address },
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    await taken.remove();
    return `${repo}:${tag}`;
  }

  async stop(): Promise<void> {
    this.#line.close();
    this.#process.kill('SIGKILL');
    await rm(this.#dir, { recursive: true, force: true });
  }
}
