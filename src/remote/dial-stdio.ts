import type { Duplex } from 'node:stream';
import { RemoteError } from './errors.ts';
import { HttpConnection } from './http.ts';
import { within } from './within.ts';

const commands = ['docker system dial-stdio', 'sudo -n docker system dial-stdio'];

/** Where forwarding is off or the socket is closed to the user, the engine's own relay is used, with sudo if needed. */
export async function findDialCommand(
  exec: (command: string, signal: AbortSignal) => Promise<Duplex>,
  outer: AbortSignal,
): Promise<string> {
  for (const command of commands) {
    const works = await within({ what: 'The relay', ms: 5000, signal: outer }, async (signal) => {
      const connection = new HttpConnection(await exec(command, signal), 'http://docker');
      try {
        return (await connection.open({ method: 'GET', path: '/_ping' }, signal)).status === 200;
      } finally {
        connection.discard();
      }
    }).catch(() => false);
    if (works) return command;
    outer.throwIfAborted();
  }
  throw new RemoteError(
    'docker_unavailable',
    'The Docker engine does not respond to the SSH user, with or without sudo',
  );
}
