import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { App } from '../app.ts';
import { requireAccepted } from '../request/accepted.ts';
import { AppError } from '../errors.ts';
import type { AccessTokens } from '../identity/index.ts';
import { couldBeForged } from './forgery.ts';
import { maskError } from './graphql-errors.ts';
import { assertShallow, bodyError, jsonBody } from '../request/json-body.ts';
import { notJson } from '../request/json-place.ts';
import { limitAddress } from '../request/quota.ts';
import { requestIdOf } from '../request/id.ts';
import { onlyMethods } from '../request/methods.ts';
import { identified, isRateLimit } from '../request/identified.ts';

function checkParameters(query: Request['query']): void {
  for (const name of ['variables', 'extensions']) {
    const text = query[name];
    if (typeof text !== 'string' || text === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      const { message, details } = notJson(`The parameter ${name}`, text);
      throw new AppError('invalid_json', message, { field: name, constraint: 'json', ...details });
    }
    assertShallow(value);
  }
}

const onlyGetAndPost = onlyMethods('GET', 'POST');
/** A query has each of them, a subscription only the last. */
const types = ['application/json', 'application/graphql-response+json', 'text/event-stream'];

/** Only JSON is a GraphQL request: what a form of another site could send is none. */
const checkRequest: RequestHandler = (request, response, next) => {
  if (request.path !== '/') throw new AppError('not_found', 'Nothing exists at this path; GraphQL is at /graphql');
  if (request.method === 'POST') {
    if (!request.is('application/json'))
      throw new AppError('unsupported_media_type', 'Send the operation as Content-Type: application/json');
  } else if (request.method === 'GET') {
    if (request.headers.cookie !== undefined && couldBeForged(request))
      throw new AppError(
        'forbidden',
        'A GET request with cookies needs a header that other sites cannot send: GraphQL-Require-Preflight: 1',
        { constraint: 'csrf' },
      );
    checkParameters(request.query);
  } else return onlyGetAndPost(request, response, next);
  // Yoga reads the names in it and no weights.
  request.headers.accept = requireAccepted(request, types).join(', ');
  return next();
};

const checkBody: RequestHandler = (request, _response, next) => {
  const body: unknown = request.body;
  if (Array.isArray(body))
    throw new AppError('bad_request', 'Send one operation per request; batches are not supported', {
      constraint: 'batch',
    });
  if (request.method === 'POST' && (typeof body !== 'object' || body === null || Object.keys(body).length === 0))
    throw new AppError('bad_request', 'The body must be a JSON object with the query', {
      field: 'query',
      constraint: 'required',
    });
  next();
};

function wants(request: Request): string {
  return request.accepts(['application/json', 'application/graphql-response+json']) || 'application/json';
}

/** What comes before Yoga, with its errors in GraphQL's form. */
export function graphqlRequest(app: App, tokens: AccessTokens): (RequestHandler | ErrorRequestHandler)[] {
  const sendError: ErrorRequestHandler = (error: unknown, request, response, _next) => {
    const shown = bodyError(error);
    const { extensions, message } = maskError(shown, app, requestIdOf(request.headers), request.headers.host);
    const retry = shown instanceof AppError ? shown.details['retry_after'] : undefined;
    if (typeof retry === 'number') response.setHeader('Retry-After', retry);
    response
      .status(shown instanceof AppError ? shown.status : 500)
      .type(wants(request))
      .json({ errors: [{ message, extensions }] });
  };
  // GraphQL itself refuses callers without access.
  return [limitAddress(app), identified(app, tokens, isRateLimit), checkRequest, ...jsonBody, checkBody, sendError];
}
