import { requireActor, requirePerson } from '../src/access/access.ts';
import {
  type Administrator,
  createUser,
  endUserSessions,
  getUser,
  listUsers,
  resetSecondFactor,
  setAdministrator,
  setUserActive,
} from '../src/admin/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import type { Context } from './context.ts';
import { User } from './user.ts';

export function administrator({ access, client }: Context): Administrator {
  return { ...client, userId: requirePerson(access).userId, name: requireActor(access).name };
}

const AdminCreateUserInput = builder.inputType('AdminCreateUserInput', {
  description: 'An account that the administrator creates.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address; it counts as verified.' }),
    name: t.string({ required: true, description: 'The display name.' }),
    password: t.string({
      required: true,
      description: 'A first password: at least 8 characters with a letter and a number.',
    }),
    orgId: t.id({ description: 'An organization that the account becomes a member of.' }),
    roleName: t.string({ description: 'The name of the role in that organization. Default: Viewer.' }),
  }),
});

const userArg = { required: true as const, description: 'The account.' };

builder.queryFields((t) => ({
  adminUsers: t.connection(
    {
      type: User,
      authScopes: { admin: true },
      description: 'Every account of the installation, newest first.',
      args: { search: t.arg.string({ description: 'Part of the name or e-mail address.' }) },
      resolve: async (_root, args, { app }) => connectionOf(await listUsers(app, args)),
    },
    { description: 'A page of accounts.' },
    { description: 'One account of a page.' },
  ),
  adminUser: t.field({
    type: User,
    authScopes: { admin: true },
    description: 'One account.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, { app }) => getUser(app, id),
  }),
}));

builder.mutationFields((t) => ({
  adminCreateUser: t.field({
    type: User,
    authScopes: { admin: true },
    description: 'Creates an account, even while sign-up is closed.',
    args: { input: t.arg({ type: AdminCreateUserInput, required: true, description: 'The account.' }) },
    resolve: (_root, { input }, context) => createUser(context.app, administrator(context), input),
  }),
  adminDeactivateUser: t.field({
    type: User,
    authScopes: { admin: true },
    description: 'Deactivates an account at once. Its data is kept.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, context) => setUserActive(context.app, administrator(context), id, false),
  }),
  adminReactivateUser: t.field({
    type: User,
    authScopes: { admin: true },
    description: 'Reactivates an account.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, context) => setUserActive(context.app, administrator(context), id, true),
  }),
  adminResetSecondFactor: t.field({
    type: User,
    authScopes: { admin: true },
    description:
      'Removes the authenticator app, the recovery codes and the passkeys of an account whose user lost them, ends its sessions and tells the user by e-mail.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, context) => resetSecondFactor(context.app, administrator(context), id),
  }),
  adminSetAdministrator: t.field({
    type: User,
    authScopes: { admin: true },
    description: 'Grants or revokes the administrator role of the installation.',
    args: {
      id: t.arg.id(userArg),
      isAdmin: t.arg.boolean({ required: true, description: 'Whether the account is an administrator.' }),
    },
    resolve: (_root, { id, isAdmin }, context) => setAdministrator(context.app, administrator(context), id, isAdmin),
  }),
  adminEndUserSessions: t.int({
    authScopes: { admin: true },
    description: 'Ends every session of an account and returns their number.',
    args: { id: t.arg.id(userArg) },
    resolve: (_root, { id }, context) => endUserSessions(context.app, administrator(context), id),
  }),
}));
