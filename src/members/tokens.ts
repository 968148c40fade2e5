import { randomBytes } from 'node:crypto';
import { hashToken } from '../identity/index.ts';

/** A long random token, of which only the digest is kept. */
export function newToken(prefix: 'ocore_i_' | 'ocore_j_'): { token: string; hash: string } {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}
