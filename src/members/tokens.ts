import { createHash, randomBytes } from 'node:crypto';

/** A long random token, of which only the digest is kept. */
export function newToken(prefix: 'ocore_i_' | 'ocore_j_'): { token: string; hash: string } {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
