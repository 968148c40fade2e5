import type { ErrorCode, ErrorDetails } from './errors.ts';

/** What the page of an error says, and how its response looks. */
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
    happened: 'One or more fields of the request violate a rule. Nothing was changed.',
    todo: [
      'Read `details.errors`: it lists every invalid field with its `field`, the violated `constraint` and a `message`.',
      '`unknown_field` means that the operation does not have this field: correct its name or remove it.',
      'Correct all fields and send the request again.',
    ],
    example: {
      message: 'name: Instance name must be between 3 and 64 characters',
      details: {
        field: 'name',
        constraint: 'min_length',
        errors: [
          {
            field: 'name',
            constraint: 'min_length',
            message: 'name: Instance name must be between 3 and 64 characters',
          },
        ],
      },
    },
  },
  email_not_verified: {
    title: 'The e-mail address is not verified',
    happened: 'This installation requires a verified e-mail address to work in organizations. Nothing was changed.',
    todo: [
      'Open the link in the e-mail that you received after sign-up.',
      'Request a new e-mail with `POST /api/auth/resend-verification`.',
    ],
    example: {
      message: 'Verify your e-mail address first: open the link in the e-mail, or request a new one',
      details: {},
    },
  },
  refresh_in_progress: {
    title: 'Another tab has just renewed the session',
    happened:
      'Two tabs of one browser renewed the session at the same time. The other tab was first, and the browser already has its cookies.',
    todo: ['Send your original request again. The browser sends the new cookie with it.'],
    example: { message: 'Another tab has just renewed the session; use its cookie', details: {} },
  },
  invalid_json: {
    title: 'The body is not JSON',
    happened: 'The request body could not be parsed as JSON. Nothing was changed.',
    todo: [
      'Check quotes, commas and brackets; a JSON formatter shows the position of the error.',
      'In a shell, put the body in single quotes or in a file: `curl --data @body.json`.',
    ],
    example: { message: 'The body is not valid JSON', details: {} },
  },
  invalid_cursor: {
    title: 'The cursor does not belong to this list',
    happened: 'The value of `cursor` (GraphQL: `after`) was not created by this list.',
    todo: [
      'Send `next_cursor` of the previous page unchanged. Cursors are opaque.',
      'If you no longer have the cursor, start from the first page.',
    ],
    example: { message: 'The cursor was not created by this list', details: { field: 'cursor', constraint: 'cursor' } },
  },
  bad_request: {
    title: 'The request cannot be understood',
    happened:
      'The request as a whole is not valid: a header is missing, the path is not valid, or a GraphQL document does not match the schema.',
    todo: [
      'Read `message`: it states what is missing.',
      'The most common cause is a missing header `X-Org-Slug`, which selects the organization.',
      'For a GraphQL document, compare it with the [GraphQL reference](/docs/graphql).',
    ],
    example: { message: 'Name the organization in the X-Org-Slug header', details: { header: 'X-Org-Slug' } },
  },
  query_too_complex: {
    title: 'The GraphQL operation is too large',
    happened:
      'The operation exceeds a limit of the installation: it is too deep, has too many aliases or tokens, or its lists are too long.',
    todo: [
      '`details.limit` is the limit, `details.maximum` its value.',
      'Request fewer fields or shorter lists, or send several operations.',
    ],
    example: {
      message: 'The operation has more than 20 levels of nested fields; split it',
      details: { limit: 'depth', maximum: 20 },
    },
  },
  unauthenticated: {
    title: 'Authentication is required',
    happened: 'The request has no valid credentials, or its session or token has expired.',
    todo: [
      'Send `Authorization: Bearer <access token>`.',
      'Sign in again with `POST /api/auth/login` if the session has ended.',
      'A refresh token can be used once. Using an old one ends the session, because someone else may have a copy.',
    ],
    example: { message: 'Sign in first: send Authorization: Bearer <token>', details: {} },
  },
  invalid_credentials: {
    title: 'The credentials are wrong',
    happened:
      'The e-mail address or the password is wrong. The response does not state which, so that it does not reveal who has an account.',
    todo: ['Check the address, the password and the keyboard layout.'],
    example: { message: 'The e-mail address or the password is wrong', details: {} },
  },
  token_expired: {
    title: 'The access token has expired',
    happened: 'Access tokens are valid for one hour, unless the operator of this installation configured another time.',
    todo: ['Get new tokens with `POST /api/auth/refresh` and your latest refresh token, then repeat the request.'],
    example: { message: 'The access token has expired; get a new one with the refresh token', details: {} },
  },
  reauthentication_required: {
    title: 'Sign in again',
    happened:
      'Your session is too old: the organization limits the length of sessions, or the change affects the security of your account.',
    todo: ['Sign in again and repeat the request with the new access token.'],
    example: {
      message: 'This organization limits the length of sessions; sign in again',
      details: { limit: 'session_length' },
    },
  },
  forbidden: {
    title: 'You may not do this',
    happened: 'You are signed in, but your role does not have the required permission.',
    todo: [
      '`details.permission` names the permission.',
      'Ask an Owner or Admin of the organization for a role that has it.',
    ],
    example: { message: 'This needs the permission manage:servers', details: { permission: 'manage:servers' } },
  },
  two_factor_required: {
    title: 'The organization requires a second factor',
    happened:
      'The organization requires sessions that were opened with a second factor or a passkey, and yours was not.',
    todo: [
      'Set up an authenticator app or a passkey for your account.',
      'Sign in again with it and repeat the request with the new access token.',
    ],
    example: { message: 'This organization requires signing in with a passkey', details: { method: 'passkey' } },
  },
  setup_token_required: {
    title: 'The first account needs the setup token',
    happened:
      'This installation has no account yet and is reachable from outside. The first account becomes its administrator, so only its operator may create it.',
    todo: [
      'Sign up with `setupToken`: the gateway prints it in its log at startup, or it is the value of `OCORE_SETUP_TOKEN`.',
      'The first account signs up with a password. Providers such as GitHub can be connected later.',
    ],
    example: {
      message: 'The first account of this installation needs the setup token that its log prints at startup',
      details: { field: 'setupToken', constraint: 'required' },
    },
  },
  not_found: {
    title: 'Not found',
    happened:
      'The organization of `X-Org-Slug` has no resource with this id. Resources of other organizations return the same error.',
    todo: [
      'Check the id, and that `X-Org-Slug` is the organization that the resource belongs to.',
      'Check the path: an unknown route returns this code too.',
      'The resource may have been deleted: list the resources again.',
    ],
    example: {
      message: 'server 0197a1ec-91b3-7e44-a3f0-5d2c7b9e8f32 was not found',
      details: { resource: 'server', id: '0197a1ec-91b3-7e44-a3f0-5d2c7b9e8f32' },
    },
  },
  method_not_allowed: {
    title: 'The route does not support this method',
    happened: 'The path does not support this HTTP method.',
    todo: ['Use one of `details.allowed`, which are also in the header `Allow`.'],
    example: { message: 'PUT is not supported here; use GET or POST', details: { allowed: ['GET', 'POST'] } },
  },
  conflict: {
    title: 'Conflict with an existing resource',
    happened:
      'The change conflicts with existing resources: a name or slug is taken, or a resource is still in use. Nothing was changed.',
    todo: [
      '`details.field` and `details.constraint` describe the conflict (`unique`: choose another value).',
      'If a resource is in use, `message` names what uses it: delete or move that first.',
    ],
    example: { message: 'A server named berlin-1 already exists', details: { field: 'name', constraint: 'unique' } },
  },
  invalid_state: {
    title: 'The resource is in the wrong state',
    happened:
      'The request is not possible in the current state of the resource, such as starting a running instance. Nothing was changed.',
    todo: [
      '`details.state` is the current state, `details.allowed` are the states that the request needs.',
      'Wait for the current operation, or bring the resource into an allowed state first.',
    ],
    example: {
      message: 'The instance is running; this needs it to be stopped',
      details: { resource: 'instance', state: 'running', allowed: ['stopped'] },
    },
  },
  operation_in_progress: {
    title: 'Another operation is in progress',
    happened: 'A server or an instance has one operation at a time, and one is in progress.',
    todo: [
      'Find it with `GET /api/operations?resource_id={id}`, wait until it has ended, then send the request again.',
      'Or cancel it with `POST /api/operations/{id}/cancel`.',
    ],
    example: {
      message: 'Another operation of this instance is still running',
      details: { resource: 'instance', id: '0197a1ee-3b96-7172-9d0f-4c6e8a1b2f65' },
    },
  },
  idempotency_in_progress: {
    title: 'The first request with this key is still in progress',
    happened: 'A request with the same `Idempotency-Key` is still in progress.',
    todo: [
      'Send it again after `Retry-After` seconds with the same key: you receive the response of the first request.',
    ],
    example: {
      message: 'The first request with this key is still in progress; try again in a moment',
      details: { field: 'Idempotency-Key', constraint: 'in_progress' },
    },
  },
  idempotency_answer_lost: {
    title: 'The request succeeded, but its response was lost',
    happened:
      'The first request with this `Idempotency-Key` succeeded, but its process stopped before the response was stored. Nothing was done twice.',
    todo: [
      '`details` names the resource that was created or changed: read it.',
      'Send a new request with a new key only if the result is not what you wanted.',
    ],
    example: {
      message:
        'The first request with this key succeeded (project.created), but its response was lost: check the project before you send the request with a new key',
      details: {
        field: 'Idempotency-Key',
        constraint: 'answer',
        action: 'project.created',
        resource: 'project',
        id: '0197a1ed-0c7a-7f58-b1d6-8e3f4a6c9b43',
      },
    },
  },
  precondition_failed: {
    title: 'The resource has changed since you read it',
    happened: 'The version in `If-Match` is no longer the current version of the resource. Nothing was changed.',
    todo: ['Read the resource again, review the differences, and repeat the change with the new `ETag`.'],
    example: {
      message: 'The resource has changed since you read it: read it again and repeat the change with its new ETag',
      details: { field: 'If-Match', constraint: 'current', current: '"7f3a9c"' },
    },
  },
  payload_too_large: {
    title: 'The body is too large',
    happened: 'The request body is larger than 1 MiB.',
    todo: ['Split the request.'],
    example: { message: 'The body is larger than 1 MiB', details: {} },
  },
  unsupported_media_type: {
    title: 'The body is not sent as JSON',
    happened: 'The API accepts only JSON, but the header `Content-Type` states another format.',
    todo: ['Send `Content-Type: application/json`. `curl -d` needs it explicitly, because its default is a form.'],
    example: { message: 'Send the body as Content-Type: application/json', details: {} },
  },
  unprocessable: {
    title: 'The request cannot be processed',
    happened:
      'The request is valid but cannot be processed: a confirmation is missing, a server does not respond, or the operator of this installation does not allow it.',
    todo: [
      'Read `message` and `details.hint`: they state the reason and how to resolve it.',
      'To delete a protected resource, send its exact name as `confirmName`.',
    ],
    example: {
      message: 'This instance is protected: set confirmName to its exact name to delete it with all its data',
      details: { field: 'confirmName', constraint: 'confirmation' },
    },
  },
  destination_denied: {
    title: 'The address is not permitted',
    happened:
      'The operator of this installation does not allow connections to the network of this host. Nothing was changed.',
    todo: [
      'Use the public address of the server.',
      'Ask the operator to allow the network: `SERVER_NETWORKS_ALLOWED`.',
    ],
    example: {
      message: 'host: the operator of this installation does not allow connections to this address',
      details: { field: 'host', constraint: 'destination' },
    },
  },
  idempotency_key_reused: {
    title: 'The key belongs to another request',
    happened: 'This `Idempotency-Key` was already sent with another method, path or body. Nothing was changed.',
    todo: ['Create a new key for each change, ideally a random UUID. Reuse it only to repeat the same request.'],
    example: {
      message: 'This key belongs to another request: use a new key for each change',
      details: { field: 'Idempotency-Key', constraint: 'same_request' },
    },
  },
  rate_limit_exceeded: {
    title: 'Too many requests',
    happened: 'You sent more requests than this installation allows in this period.',
    todo: [
      'Wait for the number of seconds in the header `Retry-After`, then send requests more slowly.',
      'Instead of polling, watch an operation with a subscription.',
    ],
    example: { message: 'Too many requests; try again in 12 seconds', details: { limit: 'requests', retry_after: 12 } },
  },
  internal_error: {
    title: 'Internal error',
    happened: 'An error occurred in oCore or its environment. The change was rolled back.',
    todo: [
      'Send the request again after a few seconds.',
      'If it happens again, report the `request_id` to the operator of this installation, who can find the cause in the log.',
    ],
    example: {
      message: 'An unexpected error occurred; include the request id req_Zk3vT1x8cQ0pLw5n when you report it',
      details: {},
    },
  },
  service_unavailable: {
    title: 'A required service is temporarily unavailable',
    happened: 'The control plane cannot reach its database or another required service. Work on servers continues.',
    todo: ['Send the request again after a few seconds, with increasing delays.'],
    example: { message: 'The database is temporarily unavailable; try again', details: {} },
  },
};
