import {
  type AccountRow,
  type Administrator,
  cancelJob,
  type CountedOrganization,
  createUser,
  endUserSessions,
  getOrganization,
  getUser,
  listJobs,
  listOrganizations,
  listUsers,
  type QueueState,
  queueState,
  setAdministrator,
  setUserActive,
} from '../src/admin/index.ts';
import { requireActor, requirePerson } from '../src/access/access.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import type { Context } from './context.ts';
import { Node } from './node.ts';
import { Operation, OperationStatus } from './operation.ts';

function administrator({ access, client }: Context): Administrator {
  return { ...client, userId: requirePerson(access).userId, name: requireActor(access).name };
}

const AdminUser = builder.objectRef<AccountRow>('AdminUser').implement({
  interfaces: [Node],
  description: 'An account as the administrator of the installation sees it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'The display name.' }),
    email: t.exposeString('email', { description: 'The e-mail address.' }),
    emailVerified: t.boolean({
      description: 'Whether the address is verified.',
      resolve: (row) => row.emailVerifiedAt !== null,
    }),
    isServerAdmin: t.exposeBoolean('isAdmin', {
      description: 'Whether the account is an administrator of the installation.',
    }),
    totpEnabled: t.boolean({
      description: 'Whether sign-in requires a code from an authenticator app.',
      resolve: (row) => row.totpEnabledAt !== null,
    }),
    orgCount: t.int({ description: 'How many organizations it belongs to.', resolve: (row) => row._count.memberships }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    lastLoginAt: t.expose('lastLoginAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used to sign in.',
    }),
    deactivatedAt: t.expose('deactivatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deactivated; null for an active account.',
    }),
  }),
});

const AdminOrganization = builder.objectRef<CountedOrganization>('AdminOrganization').implement({
  interfaces: [Node],
  description: 'An organization as the administrator of the installation sees it: counts, without contents.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its unique short name.' }),
    status: t.exposeString('status', { description: 'active, or removing during deletion.' }),
    memberCount: t.exposeInt('members', { description: 'Its members.' }),
    serverCount: t.exposeInt('servers', { description: 'Its servers.' }),
    instanceCount: t.exposeInt('instances', { description: 'Its instances.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

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

const AdminCreateUserInput = builder.inputType('AdminCreateUserInput', {
  description: 'An account that the administrator creates.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address; it counts as verified.' }),
    name: t.string({ required: true, description: 'The display name.' }),
    password: t.string({
      required: true,
      description: 'A first password: at least 8 characters with a letter and a number.',
    }),
  }),
});

const userArg = { required: true as const, description: 'The account.' };

builder.queryFields((t) => ({
  adminUsers: t.connection(
    {
      type: AdminUser,
      authScopes: { admin: true },
      description: 'Every account of the installation, newest first.',
      args: { search: t.arg.string({ description: 'Part of the name or e-mail address.' }) },
      resolve: async (_root, args, { app }) => connectionOf(await listUsers(app, args)),
    },
    { description: 'A page of accounts.' },
    { description: 'One account of a page.' },
  ),
  adminUser: t.field({
    type: AdminUser,
    authScopes: { admin: true },
    description: 'One account.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, { app }) => getUser(app, id),
  }),
  adminOrganizations: t.connection(
    {
      type: AdminOrganization,
      authScopes: { admin: true },
      description: 'Every organization of the installation, newest first.',
      args: { search: t.arg.string({ description: 'Part of the name or slug.' }) },
      resolve: async (_root, args, { app }) => connectionOf(await listOrganizations(app, args)),
    },
    { description: 'A page of organizations.' },
    { description: 'One organization of a page.' },
  ),
  adminOrganization: t.field({
    type: AdminOrganization,
    authScopes: { admin: true },
    description: 'One organization.',
    args: { id: t.arg.id({ required: true, description: 'The organization.' }) },
    resolve: (_root, { id }, { app }) => getOrganization(app, id),
  }),
  adminJobs: t.connection(
    {
      type: Operation,
      authScopes: { admin: true },
      description: 'The operations of all organizations, newest first.',
      args: {
        status: t.arg({ type: OperationStatus, description: 'Only operations with this status.' }),
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
  adminCreateUser: t.field({
    type: AdminUser,
    authScopes: { admin: true },
    description: 'Creates an account, even while sign-up is closed.',
    args: { input: t.arg({ type: AdminCreateUserInput, required: true, description: 'The account.' }) },
    resolve: (_root, { input }, context) => createUser(context.app, administrator(context), input),
  }),
  adminDeactivateUser: t.field({
    type: AdminUser,
    authScopes: { admin: true },
    description: 'Deactivates an account at once. Its data is kept.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, context) => setUserActive(context.app, administrator(context), id, false),
  }),
  adminReactivateUser: t.field({
    type: AdminUser,
    authScopes: { admin: true },
    description: 'Reactivates an account.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, context) => setUserActive(context.app, administrator(context), id, true),
  }),
  adminSetAdministrator: t.field({
    type: AdminUser,
    authScopes: { admin: true },
    description: 'Grants or revokes the administrator role of the installation.',
    args: {
      id: t.arg.id(userArg),
      isAdmin: t.arg.boolean({ required: true, description: 'Whether the account is an administrator.' }),
    },
    resolve: (_root, { id, isAdmin }, context) => setAdministrator(context.app, administrator(context), id, isAdmin),
  }),
  adminCancelJob: t.field({
    type: Operation,
    authScopes: { admin: true },
    description: 'Cancels an operation of any organization, as cancelOperation does.',
    args: { id: t.arg.id({ required: true, description: 'The operation.' }) },
    resolve: (_root, { id }, context) => cancelJob(context.app, administrator(context), id),
  }),
  adminEndUserSessions: t.int({
    authScopes: { admin: true },
    description: 'Ends every session of an account and returns their number.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, context) => endUserSessions(context.app, administrator(context), id),
  }),
}));
