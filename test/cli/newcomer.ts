import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { portRange } from '../fleet/slot.ts';
import { SshUser } from '../fleet/ssh-user.ts';
import { Terminal } from '../kit/terminal.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const ownToEach = ['node_modules', 'data', '.git', 'coverage'];

/** Somebody who is not root, with a checkout of their own, and `$HOME` of somebody else, as under `sudo -E`. */
export class Newcomer {
  readonly user: SshUser;
  readonly #dir: string;

  private constructor(user: SshUser, dir: string) {
    this.user = user;
    this.#dir = dir;
  }

  static async arrive(): Promise<Newcomer> {
    const user = await SshUser.create('newcomer', { home: true });
    const newcomer = new Newcomer(user, await mkdtemp(join(tmpdir(), 'ocore-newcomer-')));
    await chmod(newcomer.#dir, 0o755);
    await cp(project, newcomer.checkout, {
      recursive: true,
      filter: (file) => dirname(file) !== project || !ownToEach.includes(basename(file)),
    });
    await mkdir(newcomer.otherHome);
    await run('chown', ['-R', `${user.name}:`, newcomer.#dir]);
    // The packages of this checkout, which may lie where only root can go.
    await mkdir(join(newcomer.checkout, 'node_modules'));
    await run('mount', ['-o', 'bind,ro', join(project, 'node_modules'), join(newcomer.checkout, 'node_modules')]);
    return newcomer;
  }

  get checkout(): string {
    return join(this.#dir, 'ocore');
  }

  get otherHome(): string {
    return join(this.#dir, 'home');
  }

  get dataDir(): string {
    return join(this.checkout, 'data');
  }

  get authorizedKeys(): Promise<string> {
    return readFile(`/home/${this.user.name}/.ssh/authorized_keys`, 'utf8');
  }

  /** A program on a terminal of theirs. */
  run(program: readonly string[], env: Readonly<Record<string, string>> = {}): Terminal {
    const all = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: this.otherHome,
      TERM: 'xterm',
      PORT: '0',
      PORT_RANGE: portRange,
      ...env,
    };
    const variables = Object.entries(all).map(([name, value]) => `${name}=${value}`);
    return Terminal.run(['runuser', '-u', this.user.name, '--', 'env', '-i', ...variables, ...program], {
      cwd: this.checkout,
    });
  }

  demo(env: Readonly<Record<string, string>>, ...args: readonly string[]): Terminal {
    return this.run(['npm', 'run', '-s', 'demo', '--', '--once', ...args], env);
  }

  /** Ends the SSH server that the demo started for them. */
  async endSshd(): Promise<void> {
    const pid = Number(await readFile(join(this.dataDir, 'sshd.pid'), 'utf8').catch(() => ''));
    if (pid > 1) process.kill(pid);
    await rm(join(this.dataDir, 'sshd.pid'), { force: true });
  }

  async leave(): Promise<void> {
    await this.endSshd();
    await run('umount', [join(this.checkout, 'node_modules')]);
    await rm(this.#dir, { recursive: true });
    await this.user.remove();
  }
}
