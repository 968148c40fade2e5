import { AppError } from '../errors.ts';
import { fingerprintOf } from '../openssh-key.ts';
import { runProgram } from './program.ts';
import type { HostKey } from './remote.ts';
import type { GitUrl } from './url.ts';

const types = 'ed25519,ecdsa,rsa';
const seconds = 10;

/** The keys that an SSH host presents; nothing else is sent to it. */
export async function scanHostKeys(
  { host, port }: GitUrl,
  address: string,
  signal: AbortSignal,
): Promise<readonly HostKey[]> {
  const { stdout } = await runProgram({
    program: 'ssh-keyscan',
    args: ['-T', String(seconds), '-t', types, '-p', String(port), '--', address],
    env: {},
    signal,
    // One connection for each type.
    deadline: performance.now() + seconds * 3000,
    mostOutput: 64 * 1024,
  });
  const found = [...stdout.toString('latin1').matchAll(/^\S+ ((?:ssh|ecdsa)-[\w-]+) ([A-Za-z0-9+/]+={0,2})$/gm)];
  if (found.length === 0)
    throw new AppError('git_unreachable', `No SSH server was reached at ${host}, port ${port}`, { host });
  const keys = found.map(
    ([, type = '', key = '']): HostKey => ({ type, key, fingerprint: fingerprintOf(Buffer.from(key, 'base64')) }),
  );
  return keys.sort((one, other) => (one.type < other.type ? -1 : 1));
}
