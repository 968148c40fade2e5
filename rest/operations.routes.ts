import { z } from 'zod';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import type { JsonObject } from './openapi/json.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const ended = z.object({ finishedAt: z.date() });

export const operationFields = 'id kind status progress resourceType resourceId serverId projectId cancelRequested waitingFor requestId retryOfId createdAt startedAt finishedAt error { code message hint } steps { name title status progress message startedAt finishedAt }';

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/operations',
    category: 'Operations',
    summary: 'List operations',
    document: `query ($first: Int, $after: String, $resourceId: ID, $status: OperationStatus, $kind: String, $sort: TimeSort) { operations(first: $first, after: $after, resourceId: $resourceId, status: $status, kind: $kind, sort: $sort) { nodes { ${operationFields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'get', path: '/operations/{id}', category: 'Operations', summary: 'Get an operation', document: `query ($id: ID!) { operation(id: $id) { ${operationFields} } }`, answer: { as: 'object' }, waits: { topics: (id) => [`operation:${id}`], isLast: (value) => ended.safeParse(value).success } },
  {
    method: 'get',
    path: '/operations/{id}/logs',
    category: 'Operations',
    summary: 'Read the log of an operation',
    document: 'query ($id: ID!, $after: Int) { operationLogs(id: $id, after: $after) { seq step level message at } }',
    answer: { as: 'whole', key: 'data' },
    stream: { document: 'subscription ($id: ID!, $after: Int) { operationLogs(id: $id, after: $after) { seq step level message at } }', id: 'seq', after: 'after', numbered: true },
  },
  { method: 'post', path: '/operations/{id}/cancel', category: 'Operations', summary: 'Cancel an operation', document: `mutation ($id: ID!) { cancelOperation(id: $id) { id status } }`, answer: { as: 'accepted', resource: 'operation', message: 'Cancellation accepted' } },
  { method: 'post', path: '/operations/{id}/retry', category: 'Operations', summary: 'Retry a failed operation', document: `mutation ($id: ID!) { retryOperation(id: $id) { id status } }`, answer: { as: 'accepted', resource: 'operation', message: 'The operation runs again' } },
];

const pulling = 'odoo:19.0: Downloading 146 of 610 MB';
const pending = (name: string, title: string): JsonObject => ({ name, title, status: 'pending', progress: 0, message: null, startedAt: null, finishedAt: null });
/** The steps of a provisioning that is at its second. */
const steps = [
  { ...pending('prepare', 'Connect to the server and allocate a port'), status: 'succeeded', progress: 100, message: 'Port 20000', startedAt: '2026-11-24T09:30:00.000Z', finishedAt: '2026-11-24T09:30:02.000Z' },
  { ...pending('pull_images', 'Get the PostgreSQL and Odoo images'), status: 'running', progress: 62, message: pulling, startedAt: '2026-11-24T09:30:02.000Z' },
  pending('network', 'Create the network'),
  pending('database', 'Start PostgreSQL and create the role and database'),
  pending('initialise', 'Initialise the Odoo database'),
  pending('start', 'Start Odoo'),
  pending('health', 'Wait until Odoo is healthy'),
];

const examples: Examples = {
  '/operations/{id}': ids.operation,
  'Operation.id': ids.operation,
  'Operation.kind': 'instance.provision',
  'Operation.status': 'running',
  'retryOperation.status': 'queued',
  'Operation.progress': 23,
  'Operation.error': null,
  cancelRequested: false,
  waitingFor: null,
  retryOfId: null,
  'Operation.finishedAt': null,
  'OperationStep.name': 'pull_images',
  'OperationStep.title': 'Get the PostgreSQL and Odoo images',
  'OperationStep.status': 'running',
  'OperationStep.progress': 62,
  'OperationStep.message': pulling,
  'OperationStep.finishedAt': null,
  'Operation.steps': steps,
  'OperationError.code': 'host_key_mismatch',
  'OperationError.message': 'The server presented another host key than the pinned one',
  'OperationError.hint': 'Compare the keys, then accept the new one',
  'operations.kind': 'instance.provision',
  'adminJobs.kind': 'instance.provision',
  seq: 17,
  after: 0,
  step: 'pull_images',
  'OperationLogLine.level': 'info',
  'OperationLogLine.message': 'Pulling odoo:19.0',
};

const parsers: Parsers = {
  operations: z.object({ kind: filter }),
};

export default { routes, examples, parsers } satisfies Category;
