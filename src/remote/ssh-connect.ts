import type { LookupAddress } from 'node:dns';
import net from 'node:net';
import ssh2 from 'ssh2';
import { hostAndPort, withoutZone } from '../networks.ts';
import { fingerprintOf } from '../openssh-key.ts';
import { RemoteError, toRemoteError } from './errors.ts';
import type { RemoteGuard } from './guard.ts';
import { isUsableKey, SshAuth } from './ssh-auth.ts';
import { SshHost } from './ssh-host.ts';
import type { SshTarget } from './target.ts';

/** Stands in for a second look-up of the name, which could give another address than the one that was checked. */
const only =
  (addresses: LookupAddress[]): net.LookupFunction =>
  (_host, options, done) => {
    const [first] = addresses;
    if (options.all || !first) done(null, addresses);
    else done(null, first.address, first.family);
  };

const longestGreeting = 4096;

const otherService = (where: string): RemoteError =>
  new RemoteError('ssh_unreachable', `${where} responds, but nothing there speaks SSH`);

export interface SshOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Of a connection that belongs to one attempt of an operation. */
  guard?: RemoteGuard | undefined;
}

/** Connects to one of the addresses and authenticates. The host key is checked before anything of ours is sent. */
export function connectSsh(
  target: SshTarget,
  addresses: LookupAddress[],
  { timeoutMs, signal, guard }: SshOptions,
): Promise<SshHost> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const socket = net.connect({ host: target.host, port: target.port, lookup: only(addresses) });
    // Without this Nagle's algorithm delays each small packet of the handshake.
    socket.setNoDelay(true);
    const auth = new SshAuth(target);
    const where = hostAndPort(target.host, target.port);
    // A server may write some lines before its own name.
    let greeting = '';
    const listen = (data: Buffer): void => {
      if (greeting.length < longestGreeting) greeting += data.toString('latin1', 0, longestGreeting);
    };
    socket.on('data', listen);
    const speaksSsh = (): boolean => greeting === '' || /^SSH-/m.test(greeting);
    let presented = '';
    let mismatch = false;
    const fail = (error: RemoteError): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      reject(error);
      client.destroy();
      socket.destroy();
    };
    const aborted = (): void => fail(new RemoteError('remote_cancelled', 'The work was cancelled'));
    const timer = setTimeout(
      () =>
        fail(new RemoteError('ssh_unreachable', `${where} did not respond within ${Math.ceil(timeoutMs / 1000)} s`)),
      timeoutMs,
    );
    if (signal?.aborted) return aborted();
    signal?.addEventListener('abort', aborted);
    socket.on('error', (error) => {
      const code = Reflect.get(error, 'code');
      fail(
        new RemoteError('ssh_unreachable', `${where} cannot be reached (${String(code)})`, {
          cause: error,
        }),
      );
    });
    client.on('error', (error) => {
      if (mismatch) {
        fail(
          new RemoteError(
            'host_key_mismatch',
            `The server presented the host key ${presented}, not the pinned ${target.hostKeyFingerprint}`,
            { fingerprint: presented },
          ),
        );
      } else if (error.level === 'client-authentication') fail(auth.problem());
      else if (!speaksSsh()) fail(otherService(where));
      else {
        const mapped = toRemoteError(error);
        fail(
          mapped.code === 'remote_command_failed'
            ? new RemoteError('ssh_unreachable', error.message, { cause: error })
            : mapped,
        );
      }
    });
    client.on('close', () =>
      fail(speaksSsh() ? new RemoteError('ssh_unreachable', `${where} closed the connection`) : otherService(where)),
    );
    client.on('ready', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      socket.off('data', listen);
      client.removeAllListeners('close');
      client.removeAllListeners('error');
      client.on('error', () => {});
      const { dockerSocket, maxSessions } = target;
      resolve(
        new SshHost(client, {
          fingerprint: presented,
          address: withoutZone(socket.remoteAddress ?? ''),
          dockerSocket,
          maxSessions: Math.min(maxSessions, 8),
          guard,
        }),
      );
    });
    client.on('change password', () =>
      fail(
        new RemoteError('ssh_auth_failed', 'The password of the SSH user has expired on the server', {
          hint: 'Sign in as this user, change the password, and update the server here.',
        }),
      ),
    );
    // ssh2 would throw, with a message that could quote the key.
    if (target.auth.method === 'key' && !isUsableKey(target.auth.privateKey))
      return fail(new RemoteError('ssh_auth_failed', 'The stored private key cannot be read: send it again'));
    client.connect({
      sock: socket,
      username: target.user,
      authHandler: auth.next,
      readyTimeout: timeoutMs,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      // Only an exact `false` refuses, so the answer is made here and always a boolean.
      hostVerifier: (key: Buffer): boolean => {
        presented = fingerprintOf(key);
        mismatch = target.hostKeyFingerprint !== null && target.hostKeyFingerprint !== presented;
        return !mismatch;
      },
    });
  });
}
