import { z } from 'zod';
import type { Route } from './route.ts';

const ended = z.object({ finishedAt: z.date() });

export const operationFields = 'id kind status progress resourceType resourceId serverId projectId cancelRequested waitingFor requestId retryOfId createdAt startedAt finishedAt error { code message hint } steps { name title status progress message startedAt finishedAt }';

export const operationRoutes: readonly Route[] = [
  { method: 'get', path: '/operations', category: 'Operations', summary: 'List operations', document: `query ($first: Int, $after: String, $resourceId: ID, $status: OperationStatus, $kind: String, $sort: TimeSort) { operations(first: $first, after: $after, resourceId: $resourceId, status: $status, kind: $kind, sort: $sort) { nodes { ${operationFields} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'get', path: '/operations/{id}', category: 'Operations', summary: 'Get an operation', document: `query ($id: ID!) { operation(id: $id) { ${operationFields} } }`, answer: { as: 'object' }, waits: { topics: (id) => [`operation:${id}`], isLast: (value) => ended.safeParse(value).success } },
  { method: 'get', path: '/operations/{id}/logs', category: 'Operations', summary: 'Read the log of an operation', document: 'query ($id: ID!, $after: Int) { operationLogs(id: $id, after: $after) { seq step level message at } }', answer: { as: 'whole', key: 'data' }, stream: { document: 'subscription ($id: ID!, $after: Int) { operationLogs(id: $id, after: $after) { seq step level message at } }', id: 'seq' } },
  { method: 'post', path: '/operations/{id}/cancel', category: 'Operations', summary: 'Cancel an operation', document: `mutation ($id: ID!) { cancelOperation(id: $id) { id status } }`, answer: { as: 'accepted', resource: 'operation', message: 'Cancellation in progress' } },
  { method: 'post', path: '/operations/{id}/retry', category: 'Operations', summary: 'Retry a failed operation', document: `mutation ($id: ID!) { retryOperation(id: $id) { id status } }`, answer: { as: 'accepted', resource: 'operation', message: 'The operation runs again' } },
];
