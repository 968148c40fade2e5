import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { AppError } from '../errors.ts';
import { notJson } from './json-place.ts';

const maxDepth = 32;

/** Refuses JSON that is nested deeper than any request of ours, before anything recursive looks at it. */
export function assertShallow(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth)
      throw new AppError('bad_request', `The JSON is nested deeper than ${maxDepth} levels`, {
        constraint: 'depth',
        maximum: maxDepth,
      });
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((inner) => typeof inner === 'object' && inner !== null)
        : [],
    );
  }
}

/** Bytes that are not UTF-8 would be stored as replacement characters. */
function requireUtf8(_request: unknown, _response: unknown, body: Buffer, encoding: string): void {
  if (encoding === 'utf-8' && !isUtf8(body))
    throw Object.assign(new Error('The body is not UTF-8'), { type: 'charset.invalid' });
}

/** The body of a request: JSON up to 1 MiB, not too deep. */
export const jsonBody: readonly RequestHandler[] = [
  (request, _response, next) => {
    // The name that many clients give to UTF-8.
    const type = request.headers['content-type'];
    if (type) request.headers['content-type'] = type.replace(/;\s*charset="?utf8"?/i, '; charset=utf-8');
    next();
  },
  express.json({ limit: '1mb', strict: false, verify: requireUtf8 }),
  (request, _response, next) => {
    assertShallow(request.body);
    next();
  },
];

/** What the body parser says of a wrong body, as documented errors. */
export function bodyError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const type: unknown = error instanceof Error ? Reflect.get(error, 'type') : undefined;
  if (type === 'entity.parse.failed') {
    const { message, details } = notJson('The body', Reflect.get(Object(error), 'body'));
    return new AppError('invalid_json', message, details);
  }
  if (type === 'charset.invalid')
    return new AppError('invalid_json', 'The body is not valid UTF-8', { constraint: 'utf-8' });
  if (type === 'entity.too.large') return new AppError('payload_too_large', 'The body is larger than 1 MiB');
  if (type === 'charset.unsupported' || type === 'encoding.unsupported')
    return new AppError(
      'unsupported_media_type',
      'Send the body in UTF-8, plain or compressed with gzip, deflate or br',
    );
  if (error instanceof URIError) return new AppError('bad_request', 'The path is not valid');
  // The body parser's other mistakes are marked as ones of the client.
  if (error instanceof Error && Reflect.get(error, 'expose') === true)
    return new AppError('bad_request', 'The request body cannot be read');
  return error;
}
