import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';

/** A real image registry on loopback, where Docker Hub cannot be reached. */
export class Registry {
  readonly address: string;
  readonly #dir: string;
  readonly #process: ChildProcess;

  private constructor(address: string, dir: string, process: ChildProcess) {
    this.address = address;
    this.#dir = dir;
    this.#process = process;
  }

  static async start(port = 42300): Promise<Registry> {
    const dir = await mkdtemp(join(tmpdir(), 'ocore-registry-'));
    const config = join(dir, 'config.yml');
    await writeFile(config, `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${dir} } }\nhttp: { addr: 127.0.0.1:${port} }\n`);
    const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    const address = `127.0.0.1:${port}`;
    for (let i = 0; i < 100; i += 1) {
      if (await fetch(`http://${address}/v2/`).then((response) => response.ok, () => false)) return new Registry(address, dir, child);
      await sleep(100);
    }
    throw new Error('The registry did not start');
  }

  /** Brings an image of the engine into the registry, and away from the engine. Gives its name there. */
  async take(docker: Docker, image: string): Promise<string> {
    const [name = '', tag = 'latest'] = image.split(':');
    const repository = `${this.address}/${name}`;
    await docker.getImage(image).tag({ repo: repository, tag });
    const stream = await docker.getImage(`${repository}:${tag}`).push({ authconfig: { username: '', password: '', serveraddress: this.address } });
    await new Promise<void>((resolve, reject) => { docker.modem.followProgress(stream, (error) => { if (error) reject(error); else resolve(); }); });
    await docker.getImage(`${repository}:${tag}`).remove();
    await docker.getImage(image).remove();
    return `${repository}:${tag}`;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await rm(this.#dir, { recursive: true, force: true });
  }
}
