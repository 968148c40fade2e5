import { deviceName, endOtherSessions, endSession, listSessions } from '../src/identity/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Node } from './node.ts';

export const Session = builder.prismaObject('Session', {
  interfaces: [Node],
  description: 'An active session.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    deviceName: t.string({
      description: 'The device, such as “Firefox on Windows”.',
      resolve: (session) => deviceName(session.userAgent),
    }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'The user agent.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'The IP address that last used it.' }),
    method: t.exposeString('method', {
      description: 'The sign-in method: password, passkey, github or google, or impersonation.',
    }),
    strong: t.exposeBoolean('strong', { description: 'Whether the sign-in used a second factor or a passkey.' }),
    userId: t.exposeID('userId', { description: 'The account.' }),
    impersonationReason: t.exposeString('impersonationReason', {
      nullable: true,
      description: 'Why an administrator works in this session on behalf of the user; null for a sign-in of the user.',
    }),
    current: t.boolean({
      description: 'Whether this is the session of the request.',
      resolve: (session, _args, { access }) => session.id === access.sessionId,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user signed in.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When it was last used, to the minute.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it expires.' }),
  }),
});

builder.queryFields((t) => ({
  mySessions: t.connection(
    {
      type: Session,
      authScopes: { person: true },
      description: 'The sessions of the signed-in user, newest first.',
      resolve: async (_root, args, { app, access }) => connectionOf(await listSessions(app, access, args)),
    },
    { description: 'A page of sessions.' },
    { description: 'One session of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  endSession: t.boolean({
    authScopes: { person: true },
    description: 'Ends one session of the signed-in user at once.',
    args: { id: t.arg.id({ required: true, description: 'The session.' }) },
    resolve: async (_root, { id }, { app, access, client }) => {
      await endSession(app, access, client, id);
      return true;
    },
  }),
  endOtherSessions: t.int({
    authScopes: { person: true },
    description: 'Ends all other sessions of the signed-in user and returns their number.',
    resolve: (_root, _args, { app, access, client }) => endOtherSessions(app, access, client),
  }),
}));
