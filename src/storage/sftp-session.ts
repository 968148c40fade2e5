import net, { type LookupFunction } from 'node:net';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { fingerprintOf } from '../openssh-key.ts';
import { StorageError } from './storage.ts';

const connectMs = 20_000;

export interface SftpPlace {
  host: string;
  port: number;
  user: string;
  /** Of the files; relative to the user's home unless it begins with a slash. */
  dir: string;
  /** The pinned host key, as `SHA256:…`. */
  hostKey: string;
  auth: { privateKey: string } | { password: string };
  /** Finds addresses that may be connected to; absent: any. */
  lookup?: LookupFunction;
}

/** The connection under SSH, to an address that may be connected to. */
function socketTo({ host, port, lookup }: Pick<SftpPlace, 'host' | 'port' | 'lookup'>): { sock: net.Socket } | object {
  return lookup === undefined ? {} : { sock: net.connect({ host, port, lookup }) };
}

const unreachable = (where: string, error: Error): StorageError =>
  new StorageError(`${where} cannot be reached over SFTP: ${error.message}`, { reason: 'unreachable', cause: error });

/** The host key of an SFTP server, before anybody signs in. */
export function hostKeyOf(place: Pick<SftpPlace, 'host' | 'port' | 'lookup'>): Promise<Buffer> {
  const where = `${place.host}:${place.port}`;
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('error', (error) => {
      client.destroy();
      reject(unreachable(where, error));
    });
    client.connect({
      host: place.host,
      port: place.port,
      ...socketTo(place),
      username: 'ocore',
      readyTimeout: connectMs,
      hostVerifier: (key: Buffer): boolean => {
        resolve(key);
        return false;
      },
    });
  });
}

export interface SftpSession {
  sftp: SFTPWrapper;
  end(): void;
}

/** Signs in, after the host key was found to be the pinned one. A server that falls silent ends the session. */
export function openSftp(place: SftpPlace): Promise<SftpSession> {
  const where = `${place.host}:${place.port}`;
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let presented = '';
    client.on('error', (error) => {
      client.destroy();
      const told = (message: string, reason: StorageError['reason']): StorageError =>
        new StorageError(message, { reason, cause: error });
      reject(
        presented !== '' && presented !== place.hostKey
          ? told(`${where} presented the host key ${presented}, not the configured ${place.hostKey}`, 'host_key')
          : error.level === 'client-authentication'
            ? told(`${where} refused the user ${place.user} or its key or password`, 'credentials')
            : unreachable(where, error),
      );
    });
    client.on('ready', () =>
      client.sftp((error, sftp) => {
        if (!error) return resolve({ sftp, end: () => client.end() });
        client.end();
        reject(new StorageError(`${where} does not offer SFTP: ${error.message}`));
      }),
    );
    client.connect({
      host: place.host,
      port: place.port,
      ...socketTo(place),
      username: place.user,
      ...place.auth,
      readyTimeout: connectMs,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      // Only an exact `false` refuses.
      hostVerifier: (key: Buffer): boolean => {
        presented = fingerprintOf(key);
        return presented === place.hostKey;
      },
    });
  });
}
