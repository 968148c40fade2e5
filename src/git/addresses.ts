import type { LookupAddress } from 'node:dns';
import { AppError } from '../errors.ts';
import { RemoteError } from '../remote/index.ts';
import { outOfTime } from './program.ts';

/** Where the operator lets this program connect to. */
export interface GitNetworks {
  /** The addresses of the host that may be connected to; refuses with `destination_denied` where there is none. */
  resolve(host: string): Promise<readonly LookupAddress[]>;
}

/** A name server that does not answer is waited for no longer than this, in ms. */
const patience = 15_000;

/** Looks the host up once; the connection goes to these addresses, whatever the name leads to a moment later. */
export async function addressesOf(
  networks: GitNetworks,
  host: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  signal.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const cancelled = (): void => reject(signal.reason);
  signal.addEventListener('abort', cancelled, { once: true });
  const timer = setTimeout(() => reject(outOfTime()), patience);
  try {
    const found = await Promise.race([networks.resolve(host), over]);
    if (found.length > 0) return found.map(({ address }) => address);
  } catch (error) {
    if (error instanceof RemoteError && error.code === 'destination_denied')
      throw new AppError('git_refused', error.message, { host });
    if (signal.aborted || error instanceof AppError) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancelled);
  }
  throw new AppError('git_unreachable', `The name ${host} has no address`, { host });
}
