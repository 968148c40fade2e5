import { spawn, execFile } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { firstEngine } from './slot.ts';

const run = promisify(execFile);

/** Whether a process runs. One that has ended and whose parent never asks for it, as in some containers, does not. */
async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}

/** Ends a daemon that an earlier, killed run left behind. */
export async function killByPidFile(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const pid = Number((await readFile(file, 'utf8')).trim());
  for (const [signal, seconds] of [
    ['SIGTERM', 10],
    ['SIGKILL', 5],
  ] as const) {
    if (!(await runs(pid))) break;
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended.
    }
    for (let i = 0; i < seconds * 20 && (await runs(pid)); i += 1) await sleep(50);
  }
  await rm(file, { force: true });
}

/** A Docker engine of the fleet's own, beside any other on the machine. Its images stay between runs. */
export class Engine {
  readonly socket: string;
  readonly docker: Docker;
  readonly #dir: string;
  readonly #index: number;
  readonly #env: Readonly<Record<string, string>>;

  constructor(dir: string, index: number, env: Readonly<Record<string, string>> = {}) {
    this.#dir = dir;
    this.#index = index;
    this.#env = env;
    this.socket = join(dir, 'docker.sock');
    this.docker = new Docker({ socketPath: this.socket });
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    const number = firstEngine + this.#index;
    const bridge = `ocore-fleet${number}`;
    await killByPidFile(join(this.#dir, 'docker.pid'));
    // A daemon that was killed took its containerd along, but not what says that it runs.
    await killByPidFile(join(this.#dir, 'exec', 'containerd', 'containerd.pid'));
    await rm(this.socket, { force: true });
    await run('ip', ['link', 'add', bridge, 'type', 'bridge']).catch(() => {});
    await run('ip', ['addr', 'add', `172.27.${number}.1/24`, 'dev', bridge]).catch(() => {});
    await run('ip', ['link', 'set', bridge, 'up']);
    const networks = `10.${50 + number}.0.0/16`;
    await run('iptables', ['-w', '-C', 'FORWARD', '-s', networks, '-d', networks, '-j', 'ACCEPT']).catch(() =>
      run('iptables', ['-w', '-I', 'FORWARD', '-s', networks, '-d', networks, '-j', 'ACCEPT']),
    );
    const log = openSync(join(this.#dir, 'docker.log'), 'w');
    const daemon = spawn(
      'dockerd',
      [
        '--data-root',
        join(this.#dir, 'data'),
        '--exec-root',
        join(this.#dir, 'exec'),
        '--pidfile',
        join(this.#dir, 'docker.pid'),
        '-H',
        `unix://${this.socket}`,
        // Engines that share a machine share its firewall, and would undo each other's rules: the one rule above lets an
        // engine's containers talk to each other, and ports are published by Docker's proxy.
        '--iptables=false',
        '--storage-driver',
        'overlay2',
        '--bridge',
        bridge,
        '--default-address-pool',
        `base=${networks},size=26`,
        '--insecure-registry',
        '127.0.0.0/8',
      ],
      { stdio: ['ignore', log, log], detached: true, env: { ...process.env, ...this.#env } },
    );
    daemon.unref();
    // After a SIGKILL the daemon first ends the containers that still run, which takes its time.
    for (let i = 0; i < 600; i += 1) {
      if (
        await this.docker.ping().then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(100);
    }
    throw new Error(`The fleet's Docker engine did not start; see ${join(this.#dir, 'docker.log')}`);
  }

  /** Takes away what earlier runs left. */
  async clear(): Promise<void> {
    for (const container of await this.docker.listContainers({ all: true }))
      await this.docker
        .getContainer(container.Id)
        .remove({ force: true, v: true })
        .catch(() => {});
    await this.docker.pruneNetworks();
    const { Volumes } = await this.docker.listVolumes();
    for (const volume of Volumes ?? [])
      await this.docker
        .getVolume(volume.Name)
        .remove()
        .catch(() => {});
  }

  /** Sends a signal to the daemon: SIGSTOP makes it silent without a word, SIGCONT lets it go on. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    process.kill(Number((await readFile(join(this.#dir, 'docker.pid'), 'utf8')).trim()), signal);
  }

  stop(): Promise<void> {
    return killByPidFile(join(this.#dir, 'docker.pid'));
  }
}
