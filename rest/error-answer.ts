import type { Request, Response } from 'express';
import type { App } from '../src/app.ts';
import { AppError, type ErrorCode } from '../src/errors.ts';
import { publicError } from '../src/gateway/graphql-errors.ts';
import { docUrlOf, requestIdOf } from '../src/gateway/request.ts';

/** Seconds after which the same request may succeed. */
const retryAfter: Partial<Record<ErrorCode, number>> = { operation_in_progress: 5, idempotency_in_progress: 1, service_unavailable: 2 };

function fromExpress(error: unknown): unknown {
  if (error instanceof URIError) return new AppError('bad_request', 'The path is not valid');
  if (!(error instanceof Error)) return error;
  const type: unknown = Reflect.get(error, 'type');
  if (type === 'entity.parse.failed') return new AppError('invalid_json', 'The body is not valid JSON');
  if (type === 'entity.too.large') return new AppError('payload_too_large', 'The body is larger than 1 MiB');
  if (type === 'charset.unsupported' || type === 'encoding.unsupported') return new AppError('unsupported_media_type', 'Send the body in UTF-8, plain or compressed with gzip, deflate or br');
  // The body parser's other mistakes are marked as ones of the client.
  if (Reflect.get(error, 'expose') === true) return new AppError('bad_request', 'The request body cannot be read');
  return error;
}

export interface ErrorBody {
  error: { code: ErrorCode; message: string; details: Readonly<Record<string, unknown>>; request_id: string; doc_url: string };
}

export function errorBody(app: App, request: Request, error: unknown): { shown: AppError; body: ErrorBody } {
  const requestId = requestIdOf(request.headers);
  const shown = publicError(fromExpress(error), app.log, requestId);
  return { shown, body: { error: { code: shown.code, message: shown.message, details: shown.details, request_id: requestId, doc_url: docUrlOf(app.config, request.headers.host, shown.code) } } };
}

/** The documented shape of every error, on `/api` and around it. */
export function sendError(app: App, request: Request, response: Response, error: unknown): void {
  const { shown, body } = errorBody(app, request, error);
  if (shown.status === 401) response.setHeader('WWW-Authenticate', request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"');
  const seconds = retryAfter[shown.code];
  if (seconds !== undefined) response.setHeader('Retry-After', seconds);
  response.status(shown.status).json(body);
}
