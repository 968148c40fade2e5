import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import { type Headers, header } from './delivery.ts';

type Reason = 'missing' | 'algorithm' | 'mismatch';

const refused = (name: string, reason: Reason, message: string): AppError =>
  new AppError('invalid_signature', message, { header: name, reason });

const missing = (name: string): AppError =>
  refused(name, 'missing', `The header ${name} is missing: give the host the webhook secret of this repository`);
const wrong = (name: string): AppError =>
  refused(name, 'mismatch', `The header ${name} does not fit the body and the webhook secret of this repository`);

/** The HMAC-SHA256 of the raw body in hexadecimal digits, behind the prefix. */
export function requireHmac(headers: Headers, name: string, prefix: string, secret: string, body: Buffer): void {
  const given = header(headers, name.toLowerCase());
  if (given === undefined) throw missing(name);
  const digits = given.startsWith(prefix) ? given.slice(prefix.length) : '';
  if (!/^[0-9a-f]{64}$/i.test(digits))
    throw refused(name, 'algorithm', `The header ${name} must be ${prefix}<HMAC-SHA256 in hexadecimal digits>`);
  const expected = createHmac('sha256', secret).update(body).digest();
  if (!timingSafeEqual(Buffer.from(digits, 'hex'), expected)) throw wrong(name);
}

/** The secret itself. Digests have the same length, so the comparison tells nothing of that of the secret. */
export function requireToken(headers: Headers, name: string, secret: string): void {
  const given = header(headers, name.toLowerCase());
  if (given === undefined) throw missing(name);
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given), digest(secret))) throw wrong(name);
}
