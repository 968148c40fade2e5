import type { ErrorCode, ErrorDetails } from './errors.ts';

/** What the page of an error says, and how its answer looks. */
export interface ErrorHelp {
  title: string;
  happened: string;
  todo: readonly string[];
  example: { message: string; details: ErrorDetails };
}

/** A code without help does not compile. The error pages and the examples of the OpenAPI document are made from this. */
export const errorHelp: Readonly<Record<ErrorCode, ErrorHelp>> = {
  validation_error: {
    title: 'A field is not valid',
    happened: 'The request was read, but one or more of its fields break a rule. Nothing was changed.',
    todo: [
      'Read `details.errors`: it lists every wrong field at once, each with its `field`, the `constraint` that it breaks, and a `message`.',
      '`unknown_field` means that the request has a field which this operation does not know: look for a typing mistake, or remove it.',
      'Correct all of them and send the request again.',
    ],
    example: {
      message: 'name: Instance name must be between 3 and 64 characters',
      details: { field: 'name', constraint: 'min_length', errors: [{ field: 'name', constraint: 'min_length', message: 'name: Instance name must be between 3 and 64 characters' }] },
    },
  },
  email_not_verified: {
    title: 'The e-mail address is not verified',
    happened: 'This installation lets only people with a verified e-mail address work in organizations. Nothing was changed.',
    todo: ['Open the link in the letter that came after the sign-up.', 'Ask for another letter with `POST /api/auth/resend-verification`.'],
    example: { message: 'Verify your e-mail address first: open the link in the letter', details: {} },
  },
  refresh_in_progress: {
    title: 'Another tab has just renewed the session',
    happened: 'Two tabs of one browser renewed the session at the same moment. The other one was first, and its cookies are in this browser already.',
    todo: ['Send the request that you wanted again: the new cookie goes with it.'],
    example: { message: 'Another tab has just renewed the session; use its cookie', details: {} },
  },
  invalid_json: {
    title: 'The body is not JSON',
    happened: 'The body of the request could not be parsed as JSON. Nothing was changed.',
    todo: ['Check quotes, commas and brackets; a JSON formatter shows the place.', 'From a shell, put the body in single quotes, or into a file: `curl --data @body.json`.'],
    example: { message: 'The body is not valid JSON', details: {} },
  },
  invalid_cursor: {
    title: 'The cursor does not belong to this list',
    happened: 'The value of `cursor` (GraphQL: `after`) is not one that this list gave.',
    todo: ['Send `next_cursor` of the page before exactly as it came; its content is not meant to be read or made.', 'Start from the first page when the cursor was lost.'],
    example: { message: 'The cursor is not one that this list gave', details: { field: 'cursor', constraint: 'cursor' } },
  },
  bad_request: {
    title: 'The request cannot be understood',
    happened: 'Something about the request as a whole is wrong: a header is missing, the path is not valid, or a GraphQL document does not fit the schema.',
    todo: ['Read `message`: it names what is missing.', 'Most often it is the header `X-Org-Slug`, which names the organization to work in.', 'For a GraphQL document, compare it with the [GraphQL reference](/docs/graphql).'],
    example: { message: 'Name the organization in the X-Org-Slug header', details: { header: 'X-Org-Slug' } },
  },
  query_too_complex: {
    title: 'The GraphQL operation is too large',
    happened: 'The operation asks for more at once than the installation allows: it is too deep, has too many aliases or words, or its lists could grow too long.',
    todo: ['`details.limit` names the limit, `details.maximum` how far it goes.', 'Ask for fewer fields or shorter lists, or send several operations.'],
    example: { message: 'The operation has more than 20 levels of nested fields; split it', details: { limit: 'depth', maximum: 20 } },
  },
  unauthenticated: {
    title: 'Nobody is signed in',
    happened: 'The request has no credentials, or the session or token that it names has ended.',
    todo: ['Send `Authorization: Bearer <access token>`.', 'Sign in again with `POST /api/auth/login` if the session has ended.', 'A refresh token works once: using an old one ends the whole session, because somebody else may hold a copy.'],
    example: { message: 'Sign in first: send Authorization: Bearer <token>', details: {} },
  },
  invalid_credentials: {
    title: 'The credentials are wrong',
    happened: 'The e-mail address or the password is wrong. The answer does not say which, so that nobody can find out who has an account.',
    todo: ['Check the address and the password, and the keyboard’s layout.'],
    example: { message: 'The e-mail address or the password is wrong', details: {} },
  },
  token_expired: {
    title: 'The access token has expired',
    happened: 'Access tokens live for an hour, unless the operator of this installation chose another time.',
    todo: ['Get a new pair of tokens with `POST /api/auth/refresh` and your newest refresh token, then repeat the request.'],
    example: { message: 'The access token has expired; get a new one with the refresh token', details: {} },
  },
  reauthentication_required: {
    title: 'Sign in once more',
    happened: 'Your session is too old for this: the organization limits how long a session lives, or the change is one that protects your account.',
    todo: ['Sign in again, and repeat the request with the new access token.'],
    example: { message: 'This organization limits how long a session lives; sign in again', details: { limit: 'session_length' } },
  },
  forbidden: {
    title: 'You may not do this',
    happened: 'You are signed in, but your role lacks the permission that this needs.',
    todo: ['`details.permission` names the permission.', 'Ask an Owner or Admin of the organization for a role that holds it.'],
    example: { message: 'This needs the permission manage:servers', details: { permission: 'manage:servers' } },
  },
  two_factor_required: {
    title: 'The organization asks for a second factor',
    happened: 'The organization lets in only sessions that were opened with a second factor or a passkey, and yours was not.',
    todo: ['Turn on an authenticator app or a passkey for your account.', 'Sign in again with it, and repeat the request with the new access token.'],
    example: { message: 'This organization requires signing in with a passkey', details: { method: 'passkey' } },
  },
  setup_token_required: {
    title: 'The first account needs the setup token',
    happened: 'This installation has no account yet and is reachable from outside. The first account administers it, so only its operator may create it.',
    todo: ['Sign up with `setupToken`: the log of the gateway prints it at the start, or it is the value of `OCORE_SETUP_TOKEN`.', 'The first account signs up with a password; providers such as GitHub can be connected later.'],
    example: { message: 'The first account of this installation needs the setup token that its log prints at the start', details: { field: 'setupToken', constraint: 'required' } },
  },
  not_found: {
    title: 'It does not exist, or not for you',
    happened: 'There is nothing with this id in the organization of `X-Org-Slug`. What belongs to another organization is answered the same way.',
    todo: ['Check the id, and that `X-Org-Slug` names the organization that it belongs to.', 'Check the path: an unknown route has this code too.', 'It may have been deleted meanwhile: list the resources again.'],
    example: { message: 'server 0197a1ec-91b3-7e44-a3f0-5d2c7b9e8f32 was not found', details: { resource: 'server', id: '0197a1ec-91b3-7e44-a3f0-5d2c7b9e8f32' } },
  },
  method_not_allowed: {
    title: 'The route does not know this method',
    happened: 'The path exists, but not with this HTTP method.',
    todo: ['Use one of `details.allowed`; the header `Allow` has them too.'],
    example: { message: 'PUT is not possible here; use GET or POST', details: { allowed: ['GET', 'POST'] } },
  },
  conflict: {
    title: 'It clashes with what exists',
    happened: 'The change would break a rule between several things: a name or slug is taken, or something is still in use. Nothing was changed.',
    todo: ['`details.field` and `details.constraint` say what clashes (`unique`: take another value).', 'If something is in use, `message` names it: delete or move it first.'],
    example: { message: 'A server named berlin-1 exists', details: { field: 'name', constraint: 'unique' } },
  },
  invalid_state: {
    title: 'It is not in the right state for this',
    happened: 'The resource is in a state in which this is not possible, such as starting an instance that runs. Nothing was changed.',
    todo: ['`details.state` is where it stands, `details.allowed` is where it would have to be.', 'Wait for the work that goes on, or bring it into an allowed state first.'],
    example: { message: 'The instance is running; this needs it to be stopped', details: { resource: 'instance', state: 'running', allowed: ['stopped'] } },
  },
  operation_in_progress: {
    title: 'Another operation works on it',
    happened: 'A server or an instance has one operation at a time, and one is under way.',
    todo: ['Find it with `GET /api/operations?resource_id={id}`, wait until it has ended, and send the request again.', 'Or cancel it with `POST /api/operations/{id}/cancel`.'],
    example: { message: 'Another operation of this instance is still under way', details: { resource: 'instance', id: '0197a1ee-3b96-7172-9d0f-4c6e8a1b2f65' } },
  },
  idempotency_in_progress: {
    title: 'The first request with this key is still under way',
    happened: 'A request with the same `Idempotency-Key` is being worked on right now.',
    todo: ['Send it again after `Retry-After` seconds, with the same key: you get the first one’s answer.'],
    example: { message: 'The first request with this key is still under way; send it again in a moment', details: { field: 'Idempotency-Key', constraint: 'in_progress' } },
  },
  idempotency_answer_lost: {
    title: 'It was done, but its answer was lost',
    happened: 'The first request with this `Idempotency-Key` did its work, and the process that ran it died before its answer was kept. Nothing was done twice.',
    todo: ['`details` names what was made or changed: read it.', 'Send a new request with a new key only if it is not what you wanted.'],
    example: { message: 'The first request with this key did its work (project.created), but its answer was lost: look at the project before you send it again with a new key', details: { field: 'Idempotency-Key', constraint: 'answer', action: 'project.created', resource: 'project', id: '0197a1ed-0c7a-7f58-b1d6-8e3f4a6c9b43' } },
  },
  precondition_failed: {
    title: 'It has changed since you read it',
    happened: 'The request named the version that it was made for in `If-Match`, and the resource has another one by now. Nothing was changed.',
    todo: ['Read the resource again, look at what is different, and repeat the change with the new `ETag`.'],
    example: { message: 'The resource has changed since you read it: read it again, and repeat the change with its new ETag', details: { field: 'If-Match', constraint: 'current', current: '"7f3a9c"' } },
  },
  payload_too_large: {
    title: 'The body is too large',
    happened: 'The body of the request is larger than 1 MiB.',
    todo: ['Send less at once.'],
    example: { message: 'The body is larger than 1 MiB', details: {} },
  },
  unsupported_media_type: {
    title: 'The body is not sent as JSON',
    happened: 'The API reads JSON alone, and the header `Content-Type` says something else.',
    todo: ['Send `Content-Type: application/json`. With `curl -d`, add it by hand: its default is a form.'],
    example: { message: 'Send the body as Content-Type: application/json', details: {} },
  },
  unprocessable: {
    title: 'It was understood, but cannot be done',
    happened: 'The request is valid, but something outside of it stands in the way: a confirmation is missing, a server does not answer, or the operator of this installation does not allow it.',
    todo: ['Read `message` and `details.hint`: they say what stands in the way and what can be done.', 'To delete something protected, repeat its exact name in `confirmName`.'],
    example: { message: 'This instance is protected: repeat its exact name in confirmName to delete it with all its data', details: { field: 'confirmName', constraint: 'confirmation' } },
  },
  destination_denied: {
    title: 'The address is not permitted',
    happened: 'The operator of this installation does not let it connect to the network of this host. Nothing was changed.',
    todo: ['Use the address at which the server is reached from outside.', 'Ask the operator to allow the network: `SERVER_NETWORKS_ALLOWED`.'],
    example: { message: 'host: the operator of this installation does not let it connect to this address', details: { field: 'host', constraint: 'destination' } },
  },
  idempotency_key_reused: {
    title: 'The key belongs to another request',
    happened: 'This `Idempotency-Key` was sent before with another method, path or body. Nothing was done.',
    todo: ['Make a new key for each change, best a random UUID; keep it only for sending the very same request again.'],
    example: { message: 'This key belongs to another request: use a new key for each change', details: { field: 'Idempotency-Key', constraint: 'same_request' } },
  },
  rate_limit_exceeded: {
    title: 'Too many requests',
    happened: 'You sent more requests than this installation allows in that time.',
    todo: ['Wait as many seconds as the header `Retry-After` says, then go on more slowly.', 'Instead of asking again and again, wait for an operation with a subscription.'],
    example: { message: 'Too many requests; try again in 12 seconds', details: { limit: 'requests', retry_after: 12 } },
  },
  internal_error: {
    title: 'Something went wrong on our side',
    happened: 'A mistake in oCore, or in what it runs on. What was begun was rolled back.',
    todo: ['Send the request again after a moment.', 'If it happens again, name `request_id` to the operator of this installation: the log has the cause under it.'],
    example: { message: 'Something unexpected went wrong; name the request id req_Zk3vT1x8cQ0pLw5n when you ask about it', details: {} },
  },
  service_unavailable: {
    title: 'Something that is needed is away for a moment',
    happened: 'The control plane cannot reach its database, or another service that the request needs, right now. Work on servers goes on.',
    todo: ['Send the request again after a few seconds, with growing pauses.'],
    example: { message: 'The database is away for a moment; try again', details: {} },
  },
};
