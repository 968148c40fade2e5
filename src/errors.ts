/**
 * The one table of errors: stable code -> HTTP status, and whether trying the same thing again may help.
 * The same code is `extensions.code` in GraphQL and `error.code` in REST.
 */
export const errorTable = {
  validation_error: { status: 400, retryable: false },
  invalid_json: { status: 400, retryable: false },
  invalid_cursor: { status: 400, retryable: false },
  bad_request: { status: 400, retryable: false },
  query_too_complex: { status: 400, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  invalid_credentials: { status: 401, retryable: false },
  invalid_signature: { status: 401, retryable: false },
  token_expired: { status: 401, retryable: false },
  reauthentication_required: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  email_not_verified: { status: 403, retryable: false },
  setup_token_required: { status: 403, retryable: false },
  two_factor_required: { status: 403, retryable: false },
  not_while_impersonating: { status: 403, retryable: false },
  organization_deactivated: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  method_not_allowed: { status: 405, retryable: false },
  not_acceptable: { status: 406, retryable: false },
  cursor_expired: { status: 410, retryable: false },
  conflict: { status: 409, retryable: false },
  invalid_state: { status: 409, retryable: false },
  refresh_in_progress: { status: 409, retryable: true },
  operation_in_progress: { status: 409, retryable: true },
  idempotency_in_progress: { status: 409, retryable: true },
  idempotency_answer_lost: { status: 409, retryable: false },
  precondition_failed: { status: 412, retryable: false },
  payload_too_large: { status: 413, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  destination_denied: { status: 422, retryable: false },
  git_unreachable: { status: 422, retryable: true },
  git_access_denied: { status: 422, retryable: false },
  git_host_key_changed: { status: 422, retryable: false },
  git_ref_not_found: { status: 422, retryable: false },
  git_too_large: { status: 422, retryable: false },
  git_refused: { status: 422, retryable: false },
  quota_exceeded: { status: 422, retryable: false },
  unprocessable: { status: 422, retryable: false },
  idempotency_key_reused: { status: 422, retryable: false },
  rate_limit_exceeded: { status: 429, retryable: true },
  internal_error: { status: 500, retryable: true },
  maintenance: { status: 503, retryable: true },
  service_unavailable: { status: 503, retryable: true },
} as const;

export type ErrorCode = keyof typeof errorTable;

/** One thing wrong with one field: `field` is the path as the client wrote it (`input` itself left out). */
export interface FieldError {
  field: string;
  constraint: string;
  message: string;
}

/** Facts about the error that are safe to show: which field, which constraint, which state. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What clients make up – ids, names – may be as long as their request: it is shortened. */
export function inShort(text: string, longest = 200): string {
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text;
}

const longestMessage = 2000;

/** The one error that reaches users as it is; anything else is masked as `internal_error`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(inShort(message, longestMessage), options);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorTable[this.code].status;
  }
}

function fieldInShort(error: FieldError): FieldError {
  const field = inShort(error.field);
  const message = field === error.field ? error.message : error.message.replaceAll(error.field, () => field);
  return { ...error, field, message: inShort(message, longestMessage) };
}

/** Several field errors as one `validation_error`; the first is also in `details.field` and `details.constraint`. */
export function validationError(given: readonly FieldError[]): AppError {
  const errors = given.map(fieldInShort);
  const first = errors[0] ?? { field: '', constraint: 'invalid', message: 'The request is not valid' };
  return new AppError('validation_error', first.message, {
    field: first.field,
    constraint: first.constraint,
    errors,
  });
}

export function notFound(resource: string, given: string): AppError {
  const id = inShort(given);
  return new AppError('not_found', `${resource} ${id} was not found`, { resource, id });
}

/** The row, which may have been deleted since it was read first. */
export function found<Row>(row: Row | null, resource: string, id: string): Row {
  if (row === null) throw notFound(resource, id);
  return row;
}

export function invalidState(resource: string, state: string, allowed: readonly string[]): AppError {
  return new AppError('invalid_state', `The ${resource} is ${state}; this needs it to be ${allowed.join(' or ')}`, {
    resource,
    state,
    allowed,
  });
}
