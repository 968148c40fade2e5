import type { RequestHandler } from 'express';
import { AppError } from '../errors.ts';

/** Behind the handlers of a path, for its other methods: OPTIONS lists those that it has, the others are refused. */
export function onlyMethods(...allowed: readonly string[]): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', [...allowed, 'OPTIONS'].join(', '));
    if (request.method !== 'OPTIONS')
      throw new AppError('method_not_allowed', `${request.method} is not supported here; use ${allowed.join(' or ')}`, {
        allowed,
      });
    response.status(204).end();
  };
}
