import { join } from 'node:path';
import { firstSshPort, fleetDir } from '../slot.ts';
import { Sshd } from '../sshd.ts';

/** A Git host over SSH: a real sshd whose keys open nothing but Git. */
export class GitSshServer {
  readonly sshd: Sshd;
  privateKey = '';

  /** `asks`: whether it speaks the second version of Git's protocol. */
  constructor({ place = 8, speaksNew = true }: { place?: number; speaksNew?: boolean } = {}) {
    const settings = speaksNew ? ['AcceptEnv GIT_PROTOCOL'] : [];
    this.sshd = new Sshd(join(fleetDir, `git-${place}`), firstSshPort + place, settings);
  }

  async start(): Promise<void> {
    await this.sshd.prepare();
    this.privateKey = await this.authorize();
    await this.sshd.start();
  }

  /** Another deploy key. */
  authorize(): Promise<string> {
    return this.sshd.authorize('git-shell -c "$SSH_ORIGINAL_COMMAND"');
  }

  url(path: string, host = '127.0.0.1'): string {
    return `ssh://root@${host}:${this.sshd.port}${path}`;
  }

  stop(): Promise<void> {
    return this.sshd.stop();
  }
}
