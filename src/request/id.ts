import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const given = /^[A-Za-z0-9._-]{8,64}$/;

export function newRequestId(): string {
  return `req_${randomBytes(12).toString('base64url')}`;
}

/** The caller's request id where it is harmless, else one of ours; it goes into every log line, audit row and job. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const value = headers['x-request-id'];
  return typeof value === 'string' && given.test(value) ? value : newRequestId();
}
