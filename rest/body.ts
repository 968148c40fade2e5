import type { Request, RequestHandler } from 'express';
import { AppError, validationError } from '../src/errors.ts';
import { jsonBody } from '../src/request/json-body.ts';
import type { PreparedRoute } from './prepared.ts';

/** Whether the route reads a body. */
export const hasBody = ({ variables, route }: PreparedRoute): boolean => variables.has('input') || (route.body?.length ?? 0) > 0;

const isEmpty = ({ headers }: Request): boolean => (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;

const requireJson: RequestHandler = (request, _response, next) => {
  if (!isEmpty(request) && !request.is('application/json')) throw new AppError('unsupported_media_type', 'Send the body as Content-Type: application/json');
  next();
};

const refused = (): AppError => validationError([{ field: '', constraint: 'no_body', message: 'This route takes no body' }]);

/** Says of whatever the reading of a body finds wrong that nobody asked for one. */
const refusing =
  (read: RequestHandler): RequestHandler =>
  (request, response, next) => {
    try {
      return read(request, response, (error?: unknown) => (error === undefined ? next() : next(refused())));
    } catch {
      return next(refused());
    }
  };

const requireNone: RequestHandler = (request, _response, next) => {
  if (!isEmpty(request) && request.headers['content-type'] && !request.is('application/json')) throw refused();
  next();
};

const withBody: readonly RequestHandler[] = [requireJson, ...jsonBody];
/** An empty object is no body. What is not named JSON is left unread. */
const withoutBody: readonly RequestHandler[] = [requireNone, ...jsonBody.map(refusing)];

/** Reads the body of a route that has one, and refuses one elsewhere. */
export const bodyOf = (prepared: PreparedRoute): readonly RequestHandler[] => {
  // It is read as it comes.
  if (prepared.route.answer.as === 'upload') return [];
  return hasBody(prepared) ? withBody : withoutBody;
};
