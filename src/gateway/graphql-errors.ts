import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { isDatabaseDown } from '../db.ts';
import { AppError, errorTable } from '../errors.ts';
import { RemoteError } from '../remote/index.ts';

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

/** Names that a client made up may be as long as its document. */
const maxMessage = 500;

/** The one place that turns errors into GraphQL errors. */
export function maskError(error: unknown, log: Logger, requestId: string): GraphQLError {
  if (error instanceof GraphQLError && !error.originalError) {
    // The library's own: wrong documents and variables.
    const code = error.extensions['code'];
    if (typeof code === 'string' && code in errorTable) return error;
    // Wrong variables are quoted in the library's message, and one of them may be a password.
    const message = error.message.replace(/, found: [^]*$/, '.');
    return new GraphQLError(message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message, { nodes: error.nodes, path: error.path, positions: error.positions, source: error.source, extensions: { ...error.extensions, code: 'bad_request', request_id: requestId } });
  }
  const original = error instanceof GraphQLError ? error.originalError : error;
  const shown = publicError(original, log, requestId);
  const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path, positions: error.positions, source: error.source } : {};
  return new GraphQLError(shown.message, { ...place, extensions: { code: shown.code, details: shown.details, request_id: requestId } });
}

function httpOf({ code, details }: GraphQLError['extensions']): object {
  const retry = typeof details === 'object' && details !== null && 'retry_after' in details ? details.retry_after : undefined;
  // Told to everyone, for whoever tries again looks at the status.
  if (typeof retry === 'number') return { status: code === 'service_unavailable' ? 503 : 429, headers: { 'Retry-After': String(retry) } };
  // `spec`: only to clients of application/graphql-response+json; the others are answered 200 and read the errors.
  return code === 'query_too_complex' ? { status: 400, spec: true } : { status: 200 };
}

/** A masked error with the status and headers that go with it over HTTP. */
export function withHttp(error: GraphQLError): GraphQLError {
  if (error.extensions['http'] !== undefined || error.extensions['details'] === undefined) return error;
  return new GraphQLError(error.message, { nodes: error.nodes, path: error.path, positions: error.positions, source: error.source, extensions: { ...error.extensions, http: httpOf(error.extensions) } });
}
