import { execFile, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { killByPidFile } from './engine.ts';
import { newSshKey } from '../kit/ssh-key.ts';

const run = promisify(execFile);

/** A real OpenSSH server on a loopback port, with a host key and one authorized key of its own. */
export class Sshd {
  readonly port: number;
  readonly #dir: string;
  readonly #settings: readonly string[];
  privateKey = '';
  hostKeyFingerprint = '';

  constructor(dir: string, port: number, settings: readonly string[] = []) {
    this.#dir = dir;
    this.port = port;
    this.#settings = settings;
  }

  get keyFile(): string {
    return join(this.#dir, 'user_key');
  }

  async prepare(): Promise<void> {
    // A killed run leaves its server on the port.
    await this.stop();
    await rm(this.#dir, { recursive: true, force: true });
    // Users other than root read the authorized keys.
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    await mkdir('/run/sshd', { recursive: true });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.#dir, 'user_key')]);
    await writeFile(join(this.#dir, 'authorized_keys'), await readFile(join(this.#dir, 'user_key.pub'), 'utf8'));
    await chmod(join(this.#dir, 'authorized_keys'), 0o644);
    this.privateKey = await readFile(join(this.#dir, 'user_key'), 'utf8');
    await this.#newHostKey();
  }

  /** Another private key that opens the same account, where every command becomes `command` (`authorized_keys` of sshd(8)). */
  async authorize(command: string): Promise<string> {
    const pair = newSshKey();
    await appendFile(
      join(this.#dir, 'authorized_keys'),
      `command="${command.replaceAll('"', '\\"')}" ${pair.public}\n`,
    );
    return pair.private;
  }

  /** Lets another key sign in, named by its public part. */
  async allow(publicKey: string): Promise<void> {
    await appendFile(join(this.#dir, 'authorized_keys'), `${publicKey.trim()}\n`);
  }

  async #newHostKey(): Promise<void> {
    const file = join(this.#dir, 'host_key');
    await rm(file, { force: true });
    await rm(`${file}.pub`, { force: true });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    this.hostKeyFingerprint = (await run('ssh-keygen', ['-l', '-f', `${file}.pub`])).stdout.split(' ')[1] ?? '';
  }

  async start(): Promise<void> {
    const config = join(this.#dir, 'sshd_config');
    await writeFile(
      config,
      [
        // Of several settings with one name the first counts.
        ...this.#settings,
        `Port ${this.port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${join(this.#dir, 'host_key')}`,
        `AuthorizedKeysFile ${join(this.#dir, 'authorized_keys')}`,
        `PidFile ${join(this.#dir, 'sshd.pid')}`,
        'PermitRootLogin yes',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'UsePAM no',
        'StrictModes no',
        'MaxStartups 100',
        'AllowStreamLocalForwarding yes',
        'LogLevel ERROR',
        // The start-up files of this machine's root stay out: with some, a command takes a second of CPU. bash reads
        // ~/.bashrc for sshd in an outermost shell only.
        'SetEnv SHLVL=1',
        '',
      ].join('\n'),
    );
    await killByPidFile(join(this.#dir, 'sshd.pid'));
    const log = openSync(join(this.#dir, 'sshd.log'), 'a');
    spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], { stdio: ['ignore', log, log], detached: true }).unref();
    for (let i = 0; i < 100; i += 1) {
      if (await this.#answers()) return;
      await sleep(50);
    }
    throw new Error(`The fleet's sshd did not start; see ${join(this.#dir, 'sshd.log')}`);
  }

  /** Refuses new connections; those that stand, stand. */
  stop(): Promise<void> {
    return killByPidFile(join(this.#dir, 'sshd.pid'));
  }

  /** Ends every connection that stands, as a broken line would. */
  cut(): Promise<void> {
    return this.signalSessions('SIGKILL');
  }

  /** Signals the process of every connection that stands: to hold them still for a while, and to continue them. */
  async signalSessions(name: NodeJS.Signals): Promise<void> {
    const pid = (await readFile(join(this.#dir, 'sshd.pid'), 'utf8')).trim();
    await run('pkill', [`-${name.replace('SIG', '')}`, '-P', pid]).catch(() => {});
  }

  /** Takes the server down with every connection: the listener is held first, so that nobody comes back in between. */
  async down(): Promise<void> {
    const pid = (await readFile(join(this.#dir, 'sshd.pid'), 'utf8')).trim();
    process.kill(Number(pid), 'SIGSTOP');
    await this.cut();
    process.kill(Number(pid), 'SIGKILL');
    await rm(join(this.#dir, 'sshd.pid'));
  }

  async changeHostKey(): Promise<void> {
    await this.down();
    await this.#newHostKey();
    await this.start();
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, '127.0.0.1');
      socket.once('data', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}
