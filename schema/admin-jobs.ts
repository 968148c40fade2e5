import { cancelJob, listJobs, type QueueState, queueState } from '../src/admin/index.ts';
import { administrator } from './admin-user.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Operation, OperationStatus } from './operation.ts';

const JobQueue = builder.objectRef<QueueState>('JobQueue').implement({
  description: 'The status of the work queue.',
  fields: (t) => ({
    queued: t.exposeInt('queued', { description: 'Operations that wait for a worker.' }),
    running: t.exposeInt('running', { description: 'Operations in progress.' }),
    oldestQueuedSeconds: t.exposeInt('oldestQueuedSeconds', {
      description: 'How many seconds the oldest queued operation has waited.',
    }),
    failedLastDay: t.exposeInt('failedLastDay', { description: 'Operations that failed within the last day.' }),
    mailsWaiting: t.exposeInt('mailsWaiting', { description: 'E-mails that wait to be sent.' }),
  }),
});

builder.queryFields((t) => ({
  adminJobs: t.connection(
    {
      type: Operation,
      authScopes: { admin: true },
      description: 'The operations of all organizations, newest first.',
      args: {
        status: t.arg({ type: OperationStatus, description: 'Only operations with this status.' }),
        statuses: t.arg({ type: [OperationStatus], description: 'Only operations with one of these statuses.' }),
        kind: t.arg.string({ description: 'Only operations of this kind, such as instance.provision.' }),
      },
      resolve: async (_root, args, { app }) => connectionOf(await listJobs(app, args)),
    },
    { description: 'A page of operations.' },
    { description: 'One operation of a page.' },
  ),
  adminJobQueue: t.field({
    type: JobQueue,
    authScopes: { admin: true },
    description: 'The status of the work queue.',
    resolve: (_root, _args, { app }) => queueState(app),
  }),
}));

builder.mutationFields((t) => ({
  adminCancelJob: t.field({
    type: Operation,
    authScopes: { admin: true },
    description: 'Cancels an operation of any organization, as cancelOperation does.',
    args: { id: t.arg.id({ required: true, description: 'The operation.' }) },
    resolve: (_root, { id }, context) => cancelJob(context.app, administrator(context), id),
  }),
}));
