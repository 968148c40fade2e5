import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { slot } from './slot.ts';

const run = promisify(execFile);

/** A user of this machine that is not root, for as long as a test needs one. */
export class SshUser {
  readonly name: string;
  readonly #sudoers: string;

  private constructor(name: string) {
    this.name = name;
    this.#sudoers = `/etc/sudoers.d/${name}`;
  }

  static async create(purpose: string, options: { home: boolean } = { home: false }): Promise<SshUser> {
    const user = new SshUser(`ocore${slot}-${purpose}`);
    await user.remove();
    // No password, but not locked: sshd lets nobody in whose account is.
    await run('useradd', [
      options.home ? '--create-home' : '--no-create-home',
      '--password',
      '*',
      '--shell',
      '/bin/sh',
      user.name,
    ]);
    return user;
  }

  async setPassword(password: string): Promise<void> {
    const done = run('chpasswd');
    done.child.stdin?.end(`${this.name}:${password}\n`);
    await done;
  }

  /** Takes effect with the next sign-in. */
  async join(group: string): Promise<void> {
    await run('usermod', ['--append', '--groups', group, this.name]);
  }

  /** What sudo allows: without a password, unless one is asked for, and, if so said, with a terminal only. */
  async allowSudo(options: { requiretty?: boolean; password?: boolean } = {}): Promise<void> {
    const lines = [
      `${this.name} ALL=(ALL) ${options.password ? '' : 'NOPASSWD: '}ALL`,
      options.requiretty ? `Defaults:${this.name} requiretty` : '',
    ];
    await writeFile(this.#sudoers, `${lines.join('\n')}\n`, { mode: 0o440 });
  }

  async denySudo(): Promise<void> {
    await rm(this.#sudoers, { force: true });
  }

  async remove(): Promise<void> {
    await this.denySudo();
    await run('userdel', ['--remove', this.name]).catch(() => {});
  }
}
