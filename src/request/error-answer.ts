import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { App } from '../app.ts';
import type { AppError, ErrorCode } from '../errors.ts';
import { bodyError } from './json-body.ts';
import { requestIdOf } from './id.ts';
import { docUrlOf, publicError } from './public-error.ts';

/** Seconds after which the same request may succeed. */
const retryAfter: Partial<Record<ErrorCode, number>> = {
  operation_in_progress: 5,
  idempotency_in_progress: 1,
  service_unavailable: 2,
};

export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    details: Readonly<Record<string, unknown>>;
    request_id: string;
    doc_url: string;
  };
}

export function errorBody(app: App, request: IncomingMessage, error: unknown): { shown: AppError; body: ErrorBody } {
  const requestId = requestIdOf(request.headers);
  const shown = publicError(bodyError(error), app.log, requestId);
  return {
    shown,
    body: {
      error: {
        code: shown.code,
        message: shown.message,
        details: shown.details,
        request_id: requestId,
        doc_url: docUrlOf(app.config, request.headers.host, shown.code),
      },
    },
  };
}

/** The documented shape of every error, on `/api` and around it. */
export function sendError(app: App, request: Request, response: Response, error: unknown): void {
  const { shown, body } = errorBody(app, request, error);
  if (shown.status === 401)
    response.setHeader(
      'WWW-Authenticate',
      request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"',
    );
  const seconds = shown.details['retry_after'] ?? retryAfter[shown.code];
  if (typeof seconds === 'number') response.setHeader('Retry-After', seconds);
  response.status(shown.status).json(body);
}
