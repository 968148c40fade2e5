import compression from 'compression';
import type { RequestHandler } from 'express';

/** A strong ETag means these very bytes: in another encoding they have another one. */
const etagByEncoding: RequestHandler = (_request, response, next) => {
  const { writeHead } = response;
  response.writeHead = (...given: unknown[]) => {
    const etag = response.getHeader('ETag');
    const encoding = response.getHeader('Content-Encoding');
    if (typeof etag === 'string' && etag.startsWith('"') && typeof encoding === 'string')
      response.setHeader('ETag', `${etag.slice(0, -1)}+${encoding}"`);
    return Reflect.apply(writeHead, response, given);
  };
  next();
};

/** Compresses long responses as the client asks for. Events go out as they come. */
export const compressed: readonly RequestHandler[] = [
  // The encoding is decided in a `writeHead` around this one.
  etagByEncoding,
  compression({
    threshold: 16 * 1024,
    filter: (request, response) =>
      !String(response.getHeader('Content-Type')).startsWith('text/event-stream') &&
      compression.filter(request, response),
  }),
];
