import { once } from 'node:events';
import ssh2 from 'ssh2';
import { fingerprintOf } from '../../src/openssh-key.ts';
import { newSshKey } from './ssh-key.ts';

/** Somebody's own SSH server, which writes down what it is told and lets nobody in. */
export class SshListener {
  readonly passwords: string[] = [];
  connections = 0;
  readonly fingerprint: string;
  readonly #server: ssh2.Server;

  private constructor() {
    const key = newSshKey();
    const parsed = ssh2.utils.parseKey(key.public);
    if (parsed instanceof Error) throw parsed;
    this.fingerprint = fingerprintOf(parsed.getPublicSSH());
    this.#server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
      this.connections += 1;
      client.on('error', () => {});
      client.on('authentication', (attempt) => {
        if (attempt.method !== 'password') return attempt.reject(['password']);
        this.passwords.push(attempt.password);
        return attempt.reject();
      });
    });
  }

  static async start(host = '127.0.0.1', port = 0): Promise<SshListener> {
    const listener = new SshListener();
    listener.#server.listen(port, host);
    await once(listener.#server, 'listening');
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
  }
}
