import { GraphQLError } from 'graphql';
import type { App } from '../app.ts';
import { errorTable, inShort } from '../errors.ts';
import { docUrlOf, publicError } from '../request/public-error.ts';
import { withoutValues } from './without-values.ts';

/** Names that a client made up may be as long as its document. */
const maxMessage = 500;

/** What lies at the bottom of an error; the library wraps its own, too. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}

/** The one place that turns errors into GraphQL errors. */
export function maskError(error: unknown, app: App, requestId: string, host: string | null | undefined): GraphQLError {
  const original = causeOf(error);
  if (error instanceof GraphQLError && original instanceof GraphQLError) {
    // The library's own: wrong documents and variables.
    const code = error.extensions['code'];
    if (typeof code === 'string' && code in errorTable) return error;
    // Wrong variables are quoted in the library's message, and one of them may be a password.
    const message = withoutValues(error.message);
    return new GraphQLError(inShort(message, maxMessage), {
      nodes: error.nodes,
      path: error.path,
      positions: error.positions,
      source: error.source,
      extensions: {
        ...error.extensions,
        code: 'bad_request',
        request_id: requestId,
        doc_url: docUrlOf(app.config, host, 'bad_request'),
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
    told = { status: code === 'service_unavailable' ? 503 : 429, headers: { 'Retry-After': String(retry) } };
  else if (!hasData && (code === 'bad_request' || code === 'query_too_complex')) told = { status: 400, spec: true };
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    path: error.path,
    positions: error.positions,
    source: error.source,
    extensions: { ...error.extensions, http: told },
  });
}
