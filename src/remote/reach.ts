import { setTimeout as sleep } from 'node:timers/promises';
import type { Destinations } from './destinations.ts';
import { hostAndPort, withoutZone } from '../networks.ts';
import { RemoteError, type RemoteErrorCode, toRemoteError } from './errors.ts';
import { connectSsh, type SshOptions } from './ssh-connect.ts';
import type { SshHost } from './ssh-host.ts';
import type { SshTarget } from './target.ts';

/** What an SSH server said itself, and what does not depend on who listens there. */
const told: ReadonlySet<RemoteErrorCode> = new Set([
  'ssh_auth_failed',
  'host_key_mismatch',
  'destination_denied',
  'remote_cancelled',
]);

/** A name server that does not answer is waited for no longer than a server. */
async function inTime<T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
  const late = sleep(timeoutMs, undefined, { signal, ref: false }).then((): never => {
    throw new RemoteError('ssh_unreachable', 'The name was not resolved in time');
  });
  late.catch(() => {});
  return Promise.race([work, late]);
}

/**
 * Connects to the address that was checked, not to what the name leads to a moment later. Until a server was validated
 * at that address, whoever named it learns nothing about it: refused, filtered, reset and not SSH are one answer, which
 * comes when a connection would have timed out.
 */
export async function reach(
  destinations: Destinations,
  target: SshTarget,
  { timeoutMs, signal, guard }: SshOptions,
): Promise<SshHost> {
  const began = performance.now();
  const left = (): number => Math.max(1, timeoutMs - (performance.now() - began));
  let proven = false;
  try {
    const addresses = await inTime(destinations.resolve(target.host), timeoutMs, signal);
    proven = addresses.every(({ address }) => withoutZone(address) === target.provenAddress);
    return await connectSsh(target, addresses, { timeoutMs: left(), signal, guard });
  } catch (error) {
    const remote = toRemoteError(error);
    if (proven || told.has(remote.code)) throw remote;
    await sleep(left(), undefined, { signal });
    throw new RemoteError(
      'ssh_unreachable',
      `Nothing there speaks SSH: no SSH server was reached at ${hostAndPort(target.host, target.port)} within ${timeoutMs / 1000} s`,
      {
        // A first contact is watched by who asked for it; a server that worked before may be back in a moment.
        cause: error,
        retryable: target.provenAddress !== null,
      },
    );
  }
}
