import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { couldBeForged } from './forgery.ts';
import { maskError } from './graphql-errors.ts';
import { bodyError, jsonBody } from './json-body.ts';
import { limitAddress } from './quota.ts';
import { requestIdOf } from './request.ts';

/** Only JSON is a GraphQL request: what a form of another site could send is none. */
const onlyJson: RequestHandler = (request, _response, next) => {
  if (request.method === 'POST' && !request.is('application/json')) throw new AppError('unsupported_media_type', 'Send the operation as Content-Type: application/json');
  if (request.method !== 'POST' && request.headers.cookie !== undefined && couldBeForged(request)) throw new AppError('forbidden', 'A GET request with cookies needs a header that other sites cannot send: GraphQL-Require-Preflight: 1', { constraint: 'csrf' });
  next();
};

function wants(request: Request): string {
  return request.headers.accept?.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json';
}

/** What comes before Yoga, with its errors in GraphQL's form. */
export function graphqlRequest(app: App): (RequestHandler | ErrorRequestHandler)[] {
  const sendError: ErrorRequestHandler = (error: unknown, request, response, _next) => {
    const shown = bodyError(error);
    const { extensions, message } = maskError(shown, app.log, requestIdOf(request.headers));
    const retry = shown instanceof AppError ? shown.details['retry_after'] : undefined;
    if (typeof retry === 'number') response.setHeader('Retry-After', retry);
    response.status(shown instanceof AppError ? shown.status : 500).type(wants(request)).json({ errors: [{ message, extensions }] });
  };
  return [limitAddress(app), onlyJson, ...jsonBody, sendError];
}
