import type { ErrorCode } from '../errors.ts';
import type { ErrorHelp } from './help.ts';

/** What is wrong with a request as it was sent. */
export const requestHelp = {
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
  invalid_json: {
    title: 'The body is not JSON',
    happened: 'The request body could not be parsed as JSON. Nothing was changed.',
    todo: [
      'Check quotes, commas and brackets; a JSON formatter shows the position of the error.',
      'In a shell, put the body in single quotes or in a file: `curl --data @body.json`.',
    ],
    example: {
      message: 'The body is not valid JSON: line 3, column 14: a comma is expected',
      details: { line: 3, column: 14 },
    },
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
  cursor_expired: {
    title: 'The event is no longer kept',
    happened:
      'You asked for the events after one that is no longer kept: events are kept for 30 days. Events may have been missed.',
    todo: [
      'Read what you follow anew, such as the list of instances.',
      'Then follow the events without an event to resume after, and remember the id of the newest one.',
      'Check the id: one of another organization is not found either.',
    ],
    example: {
      message: 'The event 0197a1f4-5e6f-7081-8c9d-0e1f2a3b4c5d is no longer kept; read everything anew',
      details: { field: 'after', constraint: 'kept', days: 30 },
    },
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
  not_acceptable: {
    title: 'The route has no response of the requested type',
    happened: 'The header `Accept` names only types that this route does not have. Nothing was changed.',
    todo: [
      'Add one of `details.allowed` to `Accept`, or leave the header out.',
      'A GraphQL subscription over HTTP needs `Accept: text/event-stream`.',
    ],
    example: {
      message: 'The response has the type application/json; name it in Accept',
      details: { header: 'Accept', allowed: ['application/json'] },
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
  quota_exceeded: {
    title: 'The organization holds as much as it may',
    happened:
      'The administrator of this installation limits how many servers, instances, members or projects the organization may hold, and it holds that many.',
    todo: [
      'Delete what is no longer needed; `details.quota` says of what.',
      'Ask the administrator of the installation for a larger quota.',
    ],
    example: {
      message:
        'The organization may have at most 3 servers and has 3; delete some, or ask the administrator of this installation for more',
      details: { quota: 'servers', maximum: 3, used: 3 },
    },
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
} satisfies Partial<Record<ErrorCode, ErrorHelp>>;
