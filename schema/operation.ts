import type { OperationStep as StepRow } from '../prisma/generated/client/client.ts';
import { isOperationErrorCode } from '../src/error-help/index.ts';
import type { OrgScope } from '../src/access/scope.ts';
import { SharedReads } from '../src/events/shared-reads.ts';
import { type ListedOperation, listOperations } from '../src/operations/list.ts';
import { cancelOperation, getOperation, operationsById, retryOperation } from '../src/operations/service.ts';
import { waitingFor } from '../src/operations/waiting.ts';
import { getProject } from '../src/projects/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { timeSort } from './list-sort.ts';
import { Node } from './node.ts';
import { watch } from './watch.ts';
import { afterArg, type Changed, ChangeKind, watchAll } from './watch-all.ts';

export const OperationStatus = builder.enumType('OperationStatus', {
  description: 'The status of an operation. The last three are final.',
  values: {
    queued: { description: 'Waiting for a worker.' },
    running: { description: 'In progress.' },
    succeeded: { description: 'Completed.' },
    failed: { description: 'Failed; `error` gives the reason.' },
    cancelled: { description: 'Cancelled and cleaned up.' },
  } as const,
});
const StepStatus = builder.enumType('OperationStepStatus', {
  description: 'The status of a step.',
  values: {
    pending: { description: 'Not started.' },
    running: { description: 'In progress.' },
    succeeded: { description: 'Completed.' },
    failed: { description: 'Failed.' },
    skipped: { description: 'Not needed or not reached.' },
    cancelled: { description: 'Cancelled.' },
  } as const,
});

const OperationStep = builder.objectRef<StepRow>('OperationStep').implement({
  description: 'One step of an operation.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The stable name.' }),
    title: t.exposeString('title', { description: 'The display title.' }),
    status: t.expose('status', { type: StepStatus, description: 'The status.' }),
    progress: t.exposeInt('progress', { description: 'Percent done.' }),
    message: t.exposeString('message', { nullable: true, description: 'The result of the step, or why it failed.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it started.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

const OperationError = builder
  .objectRef<{ code: string; message: string; hint: string | null }>('OperationError')
  .implement({
    description: 'Why an operation failed.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'A stable code, such as host_key_mismatch.' }),
      message: t.exposeString('message', { description: 'The message.' }),
      hint: t.exposeString('hint', { nullable: true, description: 'How to resolve it.' }),
      docUrl: t.string({
        nullable: true,
        description: 'The page about the code: its causes, and what to do. Null if the code no longer exists.',
        resolve: ({ code }, _args, context) => (isOperationErrorCode(code) ? context.docUrl(code) : null),
      }),
    }),
  });

type WithSteps = ListedOperation & { steps?: StepRow[] };

export const Operation = builder.objectRef<WithSteps>('Operation').implement({
  interfaces: [Node],
  description: 'One asynchronous piece of work on a server or an instance.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    kind: t.exposeString('kind', { description: 'The kind, as `<resource>.<verb>`.' }),
    status: t.expose('status', { type: OperationStatus, description: 'The status.' }),
    progress: t.exposeInt('progress', { description: 'Percent done, over all steps.' }),
    resourceType: t.exposeString('resourceType', {
      description:
        'The type of the resource that it works on: server, instance, environment, backup, repository or org.',
    }),
    resourceId: t.exposeID('resourceId', { description: 'The id of the resource that it works on.' }),
    serverId: t.exposeID('serverId', { nullable: true, description: 'The server that it works on.' }),
    projectId: t.exposeID('projectId', {
      nullable: true,
      description: 'The project of its resource; null if the resource belongs to no project.',
    }),
    cancelRequested: t.exposeBoolean('cancelRequested', { description: 'Whether its cancellation was requested.' }),
    waitingFor: t.string({
      nullable: true,
      description:
        'What a queued operation waits for, such as "5 other operations on this server" or "no worker is running"; null if it waits for nothing.',
      resolve: (row, _args, { app }) => waitingFor(app, row),
    }),
    requestId: t.exposeString('requestId', {
      description: 'The id of the request that started it. Every log line of the operation has it.',
    }),
    retryOfId: t.exposeID('retryOfId', { nullable: true, description: 'The operation that this one retries.' }),
    steps: t.field({
      type: [OperationStep],
      description: 'Its steps, in order.',
      resolve: (row, _args, { app }) =>
        row.steps ??
        app.db.tenants
          .of(row.orgId)
          .operationStep.findMany({ where: { operationId: row.id }, orderBy: { position: 'asc' } }),
    }),
    error: t.field({
      type: OperationError,
      nullable: true,
      description: 'Why it failed or was cancelled.',
      resolve: (row) =>
        row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '', hint: row.errorHint },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When a worker started it.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

/** A page of operations, wherever the list is. */
export const OperationPage = builder.connectionObject(
  { type: Operation, name: 'QueryOperationsConnection', description: 'A page of operations.' },
  { name: 'QueryOperationsConnectionEdge', description: 'One operation of a page.' },
);

/** What narrows a list of the operations of one resource. */
export const operationFilters = builder.args((t) => ({
  status: t.field({ type: OperationStatus, description: 'Only rows with this status.' }),
  statuses: t.field({ type: [OperationStatus], description: 'Only rows with one of these statuses.' }),
  kind: t.string({ description: 'Only operations of this kind, such as instance.provision.' }),
  search: t.string({ description: 'Only rows with this text in their kind, error code or error message.' }),
  startDate: t.field({ type: 'DateTime', description: 'Only rows that were requested at or after this time.' }),
  endDate: t.field({ type: 'DateTime', description: 'Only rows that were requested before this time.' }),
  sort: t.field(timeSort),
}));

builder.queryFields((t) => ({
  operation: t.field({
    type: Operation,
    authScopes: { permission: 'view:operations' },
    description: 'One operation.',
    args: { id: t.arg.id({ required: true, description: 'The id.' }) },
    resolve: (_root, { id }, context) => getOperation(orgScope(context), id),
  }),
  operations: t.connection(
    {
      type: Operation,
      authScopes: { permission: 'view:operations' },
      description: 'The operations.',
      args: {
        ...operationFilters,
        resourceType: t.arg.string({
          description:
            'Only operations of this type of resource: server, instance, environment, backup, repository or org.',
        }),
        resourceId: t.arg.id({ description: 'Only operations of this server or instance.' }),
        projectId: t.arg.id({ description: 'Only operations of this project.' }),
        serverId: t.arg.id({ description: 'Only operations that work on this server.' }),
      },
      resolve: async (_root, args, context) => connectionOf(await listOperations(context.app, orgScope(context), args)),
    },
    OperationPage,
  ),
}));

builder.mutationFields((t) => ({
  cancelOperation: t.field({
    type: Operation,
    authScopes: { permission: 'manage:operations' },
    description: 'Cancels an operation. The remote work is stopped, and partial results are removed.',
    args: { id: t.arg.id({ required: true, description: 'The operation.' }) },
    resolve: (_root, { id }, context) => cancelOperation(context.app, orgScope(context), id),
  }),
  retryOperation: t.field({
    type: Operation,
    authScopes: { permission: 'manage:operations' },
    description:
      'Runs a failed or cancelled operation again as a new operation. Also needs the permission for its resource, such as manage:servers.',
    args: { id: t.arg.id({ required: true, description: 'The operation.' }) },
    resolve: (_root, { id }, context) => retryOperation(context.app, orgScope(context), id),
  }),
}));

export const ended = (row: WithSteps): boolean => row.finishedAt !== null;
const reads = new SharedReads<WithSteps>();
/** Callers who see other projects do not share the read. */
const readKey = ({ orgId, sees }: OrgScope, id: string): string =>
  `${orgId} ${id} ${sees === 'all' ? sees : [...sees].sort().join()}`;

const OperationChange = builder.objectRef<Changed<WithSteps>>('OperationChange').implement({
  description: 'A change of an operation.',
  fields: (t) => ({
    change: t.expose('change', { type: ChangeKind, description: 'What happened. Operations are not deleted.' }),
    operationId: t.exposeID('id', { description: 'The id of the operation.' }),
    operation: t.expose('row', { type: Operation, nullable: true, description: 'The operation now.' }),
  }),
});
const watchOperations = watchAll<WithSteps>({
  type: 'operation',
  permission: 'view:operations',
  read: operationsById,
  isDeleted: () => false,
});

builder.subscriptionFields((t) => ({
  operationsUpdated: t.field({
    type: OperationChange,
    authScopes: { permission: 'view:operations' },
    description:
      'Every operation of the organization, or of a project, that changes, with its progress. Changes in quick succession come as one.',
    args: {
      projectId: t.arg.id({ description: 'Only operations of this project.' }),
      after: t.arg.id(afterArg),
    },
    subscribe: async (_root, { projectId, after }, context) => {
      const scope = orgScope(context);
      const project = projectId ? await getProject(scope, projectId) : undefined;
      return watchOperations(context, scope, after, (row) => !project || row.projectId === project.id);
    },
    resolve: (changed: Changed<WithSteps>) => changed,
  }),
  operationUpdated: t.field({
    type: Operation,
    authScopes: { permission: 'view:operations' },
    description: 'The current operation, and again after every change until it ends.',
    args: { id: t.arg.id({ required: true, description: 'The operation.' }) },
    subscribe: async (_root, { id }, context) => {
      await getOperation(orgScope(context), id);
      return watch(
        context,
        'view:operations',
        [`operation:${id}`],
        (scope) => reads.get(readKey(scope, id), () => getOperation(scope, id)),
        ended,
      );
    },
    resolve: (row: WithSteps) => row,
  }),
}));
