import { errorHelp } from '../../src/error-help/index.ts';
import { type ErrorCode, errorTable } from '../../src/errors.ts';
import type { PreparedRoute } from '../prepared.ts';
import { typesOf } from '../types.ts';
import type { Json, JsonObject } from './json.ts';
import type { Requirement } from '../../src/access/auth-scopes.ts';
import { headersOf, ref } from './shared.ts';

const codes = Object.keys(errorTable).filter((code): code is ErrorCode => code in errorTable);

/** Facts of an error as JSON. */
function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

/**
 * What no documented route answers: it knows its methods, its GraphQL document is a simple one, repositories are read by operations,
 * and Git hosts sign what they send.
 */
const elsewhere: readonly ErrorCode[] = [
  ...(['method_not_allowed', 'query_too_complex', 'git_unreachable', 'git_access_denied'] as const),
  ...(['git_host_key_changed', 'git_ref_not_found', 'git_too_large', 'git_refused', 'invalid_signature'] as const),
];
const documented = codes.filter((code) => !elsewhere.includes(code));

export function errorExamples(): Record<string, JsonObject> {
  return Object.fromEntries(
    documented.map((code) => {
      const { title, example } = errorHelp[code];
      return [
        code,
        {
          summary: title,
          value: {
            error: {
              code,
              message: example.message,
              details: asJson(example.details),
              request_id: 'req_Zk3vT1x8cQ0pLw5n',
              doc_url: `https://ocore.example.com/docs/errors/${code}`,
            },
          },
        },
      ];
    }),
  );
}

/** The codes that a route may answer with: by who may use it, what it reads, and what it changes. */
function codesOf(
  { route, pathParameters }: PreparedRoute,
  scope: Requirement,
  hasBody: boolean,
  conditional: boolean,
): Set<ErrorCode> {
  // Credentials that are sent are read, even where none are asked for.
  const found = new Set<ErrorCode>([
    'bad_request',
    'validation_error',
    'unauthenticated',
    'token_expired',
    'rate_limit_exceeded',
    'internal_error',
    'service_unavailable',
    ...(route.errors ?? []),
  ]);
  const add = (when: boolean, ...more: ErrorCode[]): void => {
    if (when) for (const code of more) found.add(code);
  };
  add(!scope.names.has('public'), 'forbidden', 'not_found');
  // The rules of an organization for the sessions that work in it.
  add(scope.organization, 'two_factor_required', 'reauthentication_required', 'email_not_verified');
  add(scope.names.has('admin'), 'two_factor_required');
  const changes = route.method !== 'get';
  add(changes && !scope.names.has('session'), 'maintenance');
  add(changes && scope.organization, 'organization_deactivated');
  add(
    changes && (['person', 'owner', 'oneself'] as const).some((name) => scope.names.has(name)),
    'not_while_impersonating',
  );
  add(typesOf(route).length > 0, 'not_acceptable');
  add(pathParameters.length > 0, 'not_found');
  add(route.answer.as === 'list', 'invalid_cursor');
  const isUpload = route.answer.as === 'upload';
  add(isUpload, 'unsupported_media_type');
  add(hasBody && !isUpload, 'invalid_json', 'payload_too_large', 'unsupported_media_type');
  add(changes, 'conflict', 'unprocessable');
  add(changes && !isUpload, 'idempotency_in_progress', 'idempotency_answer_lost', 'idempotency_key_reused');
  add(conditional, 'precondition_failed');
  add(changes && scope.organization, 'invalid_state');
  add(route.answer.as === 'accepted', 'operation_in_progress');
  return found;
}

/** The error responses of a route by status, with an example for each code. */
export function errorAnswers(
  prepared: PreparedRoute,
  scope: Requirement,
  hasBody: boolean,
  conditional: boolean,
): Record<string, JsonObject> {
  const possible = codesOf(prepared, scope, hasBody, conditional);
  const answers: Record<string, JsonObject> = {};
  for (const status of [...new Set([...possible].map((code) => errorTable[code].status))].sort()) {
    const here = codes.filter((code) => possible.has(code) && errorTable[code].status === status);
    answers[String(status)] = {
      description: here.map((code) => `\`${code}\`: ${errorHelp[code].title}.`).join('\n'),
      headers: headersOf(...([409, 429, 503].includes(status) ? ['Retry-After'] : [])),
      content: {
        'application/json': {
          schema: ref('schemas', 'Error'),
          examples: Object.fromEntries(here.map((code) => [code, ref('examples', code)])),
        },
      },
    };
  }
  // A redirect has no other success: whatever else comes is an error.
  if (prepared.route.answer.as === 'redirect')
    answers['default'] = {
      description: 'Any other error.',
      headers: headersOf(),
      content: answers['500']?.['content'] ?? {},
    };
  return answers;
}
