import { execFileSync } from 'node:child_process';

/** The code that an independent implementation makes of a base32 secret, `steps` time steps from now. */
export function oathtool(secret: string, steps = 0): string {
  return execFileSync(
    'oathtool',
    ['--totp', '--base32', '--now', `@${Math.floor(Date.now() / 1000) + 30 * steps}`, secret],
    { encoding: 'utf8' },
  ).trim();
}
