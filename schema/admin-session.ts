import { endImpersonation, endSessionOf, impersonate, listSessionsOf } from '../src/admin/index.ts';
import { endOwnImpersonation, type Impersonation } from '../src/identity/index.ts';
import { administrator } from './admin-user.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Session } from './session.ts';
import { User } from './user.ts';

const ImpersonationType = builder.objectRef<Impersonation>('Impersonation').implement({
  description: 'An administrator of this installation who works on behalf of a user for a limited time.',
  fields: (t) => ({
    sessionId: t.exposeID('sessionId', { description: 'The id of its session, with which it can be ended.' }),
    user: t.field({ type: User, description: 'The user.', resolve: (row) => row.user }),
    reason: t.exposeString('reason', { description: 'The reason.' }),
    accessToken: t.exposeString('accessToken', {
      description: 'The access token with which to act. There is no refresh token.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends.' }),
  }),
});

const ImpersonateInput = builder.inputType('AdminImpersonateInput', {
  description: 'Why and for how long an administrator works on behalf of a user.',
  fields: (t) => ({
    reason: t.string({
      required: true,
      description: 'The reason, 10 to 500 characters. The user and the audit log are told it.',
    }),
    minutes: t.int({ description: 'After how many minutes it ends, 1 to 60. Default: 15.' }),
  }),
});

builder.queryFields((t) => ({
  adminSessions: t.connection(
    {
      type: Session,
      authScopes: { admin: true },
      description: 'The active sessions of all accounts, newest first.',
      args: { userId: t.arg.id({ description: 'Only those of this account.' }) },
      resolve: async (_root, args, { app }) => connectionOf(await listSessionsOf(app, args)),
    },
    { description: 'A page of sessions.' },
    { description: 'One session of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  adminEndSession: t.boolean({
    authScopes: { admin: true },
    description: 'Ends one session of any account at once.',
    args: { id: t.arg.id({ required: true, description: 'The session.' }) },
    resolve: async (_root, { id }, context) => {
      await endSessionOf(context.app, administrator(context), id);
      return true;
    },
  }),
  adminImpersonateUser: t.field({
    type: ImpersonationType,
    authScopes: { admin: true },
    description:
      'Gives an access token with which to act on behalf of a user, who is told by e-mail. It cannot change what belongs to the user alone (password, second factor, e-mail address, sessions, API keys, account), and every entry of the audit log names the administrator. Refused for other administrators.',
    args: {
      id: t.arg.id({ required: true, description: 'The account.' }),
      input: t.arg({ type: ImpersonateInput, required: true, description: 'Why, and for how long.' }),
    },
    resolve: (_root, { id, input }, context) =>
      impersonate(context.app, context.tokens, administrator(context), id, input),
  }),
  adminEndImpersonation: t.boolean({
    authScopes: { admin: true },
    description: 'Ends an impersonation before its time, whoever began it.',
    args: { id: t.arg.id({ required: true, description: 'The session of the impersonation.' }) },
    resolve: async (_root, { id }, context) => {
      await endImpersonation(context.app, administrator(context), id);
      return true;
    },
  }),
  endImpersonation: t.boolean({
    authScopes: { person: true, session: true },
    description: 'Ends the impersonation whose access token this request uses.',
    resolve: async (_root, _args, { app, access, client }) => {
      await endOwnImpersonation(app, access, client);
      return true;
    },
  }),
}));
