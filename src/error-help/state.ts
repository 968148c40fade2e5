import type { ErrorCode } from '../errors.ts';
import type { ErrorHelp } from './help.ts';

/** What stands in the way now, and limits and faults of the service. */
export const stateHelp = {
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
      'An instance with `details.action` `provision` was never provisioned: correct it with `PATCH /api/instances/{id}`, then `POST /api/instances/{id}/provision`.',
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
      '`details.operationId` is the operation that runs, `details.kind` what it does: wait with `GET /api/operations/{operationId}?wait=30` until it has ended, then send the request again.',
      'Or cancel it with `POST /api/operations/{operationId}/cancel`.',
    ],
    example: {
      message:
        'Another operation of this instance is still running: wait for the end of instance.provision 0197a1ee-3b9a-7283-ae21-7f1d3c5b8a76, or cancel it',
      details: {
        resource: 'instance',
        id: '0197a1ee-3b96-7172-9d0f-4c6e8a1b2f65',
        operationId: '0197a1ee-3b9a-7283-ae21-7f1d3c5b8a76',
        kind: 'instance.provision',
      },
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
  maintenance: {
    title: 'The installation is in maintenance',
    happened:
      'The administrator of this installation switched the maintenance mode on. Reads work, nothing can be changed, and operations that were accepted before go on.',
    todo: [
      'Send the request again after the seconds of `Retry-After`. `details.message` says what the administrator says.',
    ],
    example: {
      message: 'This installation is in maintenance and only answers reads: back at 18:00 UTC',
      details: { message: 'back at 18:00 UTC', retry_after: 60 },
    },
  },
  service_unavailable: {
    title: 'A required service is temporarily unavailable',
    happened: 'The control plane cannot reach its database or another required service. Work on servers continues.',
    todo: ['Send the request again after a few seconds, with increasing delays.'],
    example: { message: 'The database is temporarily unavailable; try again', details: {} },
  },
} satisfies Partial<Record<ErrorCode, ErrorHelp>>;
