import { deviceName, endOtherSessions, endSession, listSessions } from '../src/identity/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Node } from './node.ts';

const Session = builder.prismaObject('Session', {
  interfaces: [Node],
  description: 'One sign-in that is still good.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    deviceName: t.string({ select: { userAgent: true }, description: 'What signed in, such as “Firefox on Windows”.', resolve: (session) => deviceName(session.userAgent) }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'What the program called itself.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'Where it was last seen.' }),
    method: t.exposeString('method', { description: 'How it was opened: password, passkey, github or google.' }),
    strong: t.exposeBoolean('strong', { description: 'Whether a second factor or a passkey stood behind it.' }),
    current: t.boolean({ description: 'Whether this is the session of the request.', resolve: (session, _args, { access }) => session.id === access.sessionId }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the person signed in.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When it was last used, to the minute.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends.' }),
  }),
});

builder.queryFields((t) => ({
  mySessions: t.connection({
    type: Session, authScopes: { person: true }, description: 'Where the signed-in person is signed in, newest first.',
    resolve: async (_root, args, { app, access }) => connectionOf(await listSessions(app, access, args)),
  }, { description: 'A page of sessions.' }, { description: 'One session of a page.' }),
}));

builder.mutationFields((t) => ({
  endSession: t.boolean({
    authScopes: { person: true }, description: 'Ends one session of the signed-in person at once.',
    args: { id: t.arg.id({ required: true, description: 'The session.' }) },
    resolve: async (_root, { id }, { app, access, client }) => { await endSession(app, access, client, id); return true; },
  }),
  endOtherSessions: t.int({
    authScopes: { person: true }, description: 'Ends all sessions of the signed-in person but this one; gives how many.',
    resolve: (_root, _args, { app, access, client }) => endOtherSessions(app, access, client),
  }),
}));
