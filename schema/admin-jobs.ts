import {
  cancelJob,
  listDeadMails,
  listJobs,
  listQueues,
  type Queue,
  type QueueState,
  queueState,
  retryJob,
} from '../src/admin/index.ts';
import type { Mail } from '../prisma/generated/client/client.ts';
import { administrator } from './admin-user.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Node } from './node.ts';
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

const AdminQueue = builder.objectRef<Queue>('AdminQueue').implement({
  description: 'One queue of this installation.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name: operations, mails or account_requests.' }),
    waiting: t.exposeInt('waiting', { description: 'What waits.' }),
    running: t.exposeInt('running', { description: 'What is in progress.' }),
    retrying: t.exposeInt('retrying', { description: 'What of these failed before and is tried again.' }),
    failedLastDay: t.exposeInt('failedLastDay', { description: 'What was given up within the last day.' }),
    oldestSeconds: t.exposeInt('oldestSeconds', {
      description: 'How many seconds the oldest that waits has waited.',
    }),
  }),
});

const DeadMail = builder.objectRef<Mail>('AdminDeadMail').implement({
  interfaces: [Node],
  description: 'An e-mail that was given up. Its text is erased.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    recipient: t.exposeString('recipient', { description: 'Whom it was for.' }),
    subject: t.exposeString('subject', { description: 'Its subject.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    lastError: t.exposeString('lastError', { nullable: true, description: 'What the mail server said at last.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written.' }),
    failedAt: t.expose('failedAt', { type: 'DateTime', nullable: true, description: 'When it was given up.' }),
  }),
});

builder.queryFields((t) => ({
  adminQueues: t.field({
    type: [AdminQueue],
    authScopes: { admin: true },
    description: 'The queues of this installation: what waits, runs and failed.',
    resolve: (_root, _args, { app }) => listQueues(app),
  }),
  adminDeadMails: t.connection(
    {
      type: DeadMail,
      authScopes: { admin: true },
      description: 'The e-mails that were given up, newest first.',
      resolve: async (_root, args, { app }) => connectionOf(await listDeadMails(app, args)),
    },
    { description: 'A page of e-mails.' },
    { description: 'One e-mail of a page.' },
  ),
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
  adminRetryJob: t.field({
    type: Operation,
    authScopes: { admin: true },
    description: 'Runs a failed or cancelled operation of any organization again, as retryOperation does.',
    args: { id: t.arg.id({ required: true, description: 'The operation.' }) },
    resolve: (_root, { id }, context) => retryJob(context.app, administrator(context), id),
  }),
  adminCancelJob: t.field({
    type: Operation,
    authScopes: { admin: true },
    description: 'Cancels an operation of any organization, as cancelOperation does.',
    args: { id: t.arg.id({ required: true, description: 'The operation.' }) },
    resolve: (_root, { id }, context) => cancelJob(context.app, administrator(context), id),
  }),
}));
