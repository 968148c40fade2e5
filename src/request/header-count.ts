import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';

const mostHeaders = 100;

/** Refuses a request with more headers than any real one has. */
export function requireFewHeaders({ rawHeaders }: IncomingMessage): void {
  // Names and values.
  const count = rawHeaders.length / 2;
  if (count > mostHeaders)
    throw new AppError('bad_request', `The request has ${count} headers; at most ${mostHeaders} are accepted`, {
      maximum: mostHeaders,
    });
}
