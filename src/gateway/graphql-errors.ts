import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { App } from '../app.ts';
import { isDatabaseDown } from '../db.ts';
import { AppError, errorTable } from '../errors.ts';
import { RemoteError } from '../remote/index.ts';
import { docUrlOf } from './request.ts';

/** What a user may read of any error: AppErrors as they are, the rest masked. Asked by GraphQL and REST alike. */
export function publicError(error: unknown, log: Logger, requestId: string): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof RemoteError) return new AppError('unprocessable', error.message, { reason: error.code, hint: error.hint });
  if (isDatabaseDown(error)) {
    log.warn({ err: error, requestId }, 'The database is away');
    return new AppError('service_unavailable', 'The database is away for a moment; try again');
  }
  log.error({ err: error, requestId }, 'A request failed unexpectedly');
  return new AppError('internal_error', `Something unexpected went wrong; name the request id ${requestId} when you ask about it`);
}

/** The one place that turns errors into GraphQL errors. */
export function maskError(error: unknown, app: App, requestId: string, host: string | null | undefined): GraphQLError {
  if (error instanceof GraphQLError && !error.originalError) {
    // The library's own: wrong documents and variables.
    const code = error.extensions['code'];
    if (typeof code === 'string' && code in errorTable) return error;
    // Wrong variables are quoted in the library's message, and one of them may be a password.
    return new GraphQLError(error.message.replace(/, found: [^]*$/, '.'), { nodes: error.nodes, path: error.path, positions: error.positions, source: error.source, extensions: { ...error.extensions, code: 'bad_request', request_id: requestId, doc_url: docUrlOf(app.config, host, 'bad_request') } });
  }
  const original = error instanceof GraphQLError ? error.originalError : error;
  const shown = publicError(original, app.log, requestId);
  const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path, positions: error.positions, source: error.source } : {};
  return new GraphQLError(shown.message, { ...place, extensions: { code: shown.code, details: shown.details, request_id: requestId, doc_url: docUrlOf(app.config, host, shown.code), http: { status: 200 } } });
}
