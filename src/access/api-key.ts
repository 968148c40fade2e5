import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AppError } from '../errors.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const start = 'ocore_';
const shape = /^ocore_k_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/;

function checksumOf(secret: string): string {
  let rest = crc32(secret);
  let text = '';
  for (let digit = 0; digit < 6; digit += 1) {
    text = (alphabet[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    // 248 = 4 * 62: bytes above would make the first letters likelier.
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += alphabet[byte % 62] ?? '';
  }
  return text;
}

/** `ocore_k_` + 30 random base62 characters (178 bits) + their CRC32 in base62, by which secret scanners tell a key from noise. */
export function newApiKey(): { key: string; prefix: string; hash: string } {
  const secret = randomBase62(30);
  const key = `ocore_k_${secret}${checksumOf(secret)}`;
  return { key, prefix: key.slice(0, 14), hash: hashApiKey(key) };
}

export function isApiKey(token: string): boolean {
  return token.startsWith(start);
}

/** The digest that is kept. A mistyped key is refused without asking the database. */
export function hashApiKey(key: string): string {
  const [, secret, checksum] = shape.exec(key) ?? [];
  if (secret === undefined || checksumOf(secret) !== checksum)
    throw new AppError('unauthenticated', 'The API key is not valid: it is incomplete or mistyped');
  return createHash('sha256').update(key).digest('hex');
}
