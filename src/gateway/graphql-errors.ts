import { GraphQLError } from 'graphql';
import type { App } from '../app.ts';
import { errorTable, inShort, type ErrorCode } from '../errors.ts';
import { docUrlOf, publicError } from '../request/public-error.ts';
import { withoutValues } from './without-values.ts';

/** Names that a client made up may be as long as its document. */
const maxMessage = 500;

/** What lies at the bottom of an error; the library wraps its own, too. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}

const isKnown = (code: unknown): code is ErrorCode => typeof code === 'string' && code in errorTable;

/** What the library refuses: a change by GET, else a document or variables that are wrong. */
function codeOf({ extensions: { http } }: GraphQLError): ErrorCode {
  const status: unknown = typeof http === 'object' && http !== null ? Reflect.get(http, 'status') : undefined;
  return status === errorTable.method_not_allowed.status ? 'method_not_allowed' : 'bad_request';
}

/** The one place that turns errors into GraphQL errors. */
export function maskError(error: unknown, app: App, requestId: string, host: string | null | undefined): GraphQLError {
  const original = causeOf(error);
  if (error instanceof GraphQLError && original instanceof GraphQLError) {
    // The library's own: wrong documents and variables.
    if (isKnown(error.extensions['code'])) return error;
    const code = codeOf(error);
    // Wrong variables are quoted in the library's message, and one of them may be a password.
    const message = withoutValues(error.message);
    return new GraphQLError(inShort(message, maxMessage), {
      nodes: error.nodes,
      path: error.path,
      positions: error.positions,
      source: error.source,
      extensions: {
        ...error.extensions,
        code,
        request_id: requestId,
        doc_url: docUrlOf(app.config, host, code),
      },
    });
  }
  const shown = publicError(original, app.log, requestId);
  const place =
    error instanceof GraphQLError
      ? { nodes: error.nodes, path: error.path, positions: error.positions, source: error.source }
      : {};
  return new GraphQLError(shown.message, {
    ...place,
    extensions: {
      code: shown.code,
      details: shown.details,
      request_id: requestId,
      doc_url: docUrlOf(app.config, host, shown.code),
    },
  });
}

/**
 * A masked error with the status and headers that go with it over HTTP. `spec`: only for clients of
 * application/graphql-response+json; the others are answered 200 and read the errors.
 */
export function withHttp(error: GraphQLError, hasData: boolean): GraphQLError {
  const { code, details, http } = error.extensions;
  if (http !== undefined) return error;
  const retry =
    typeof details === 'object' && details !== null && 'retry_after' in details ? details.retry_after : undefined;
  let told: object = { status: 200 };
  // Sent to everyone, because retries depend on the status.
  if (typeof retry === 'number')
    told = { status: isKnown(code) ? errorTable[code].status : 429, headers: { 'Retry-After': String(retry) } };
  else if (code === 'not_acceptable') told = { status: errorTable[code].status };
  else if (!hasData && isKnown(code)) told = { status: errorTable[code].status, spec: true };
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    path: error.path,
    positions: error.positions,
    source: error.source,
    extensions: { ...error.extensions, http: told },
  });
}
