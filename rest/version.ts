import type { RequestHandler } from 'express';
import { apiVersion } from '../src/api-version.ts';
import { AppError } from '../src/errors.ts';
import type { Deprecation } from './route.ts';

/** Sends the API version with every response. */
export const versioned: RequestHandler = (_request, response, next) => {
  response.setHeader('X-OCore-Version', apiVersion);
  next();
};

/** Refuses a request for another version. */
export const requireVersion: RequestHandler = (request, _response, next) => {
  const asked = request.headers['x-ocore-version'];
  if (asked !== undefined && asked !== apiVersion) {
    throw new AppError('validation_error', `X-OCore-Version must be ${apiVersion}, the only supported version of this API`, { field: 'X-OCore-Version', constraint: 'one_of', allowed: [apiVersion] });
  }
  next();
};

/** RFC 9745 and RFC 8594: since when a route is not to be used any more, until when it works, and what to use instead. */
export function deprecationHeaders({ since, sunset, use }: Deprecation): Record<string, string> {
  return {
    Deprecation: `@${Date.parse(since) / 1000}`,
    ...(sunset ? { Sunset: new Date(sunset).toUTCString() } : {}),
    ...(use ? { Link: `</api${use}>; rel="successor-version"` } : {}),
  };
}
