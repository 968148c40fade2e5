import { requirePerson } from '../src/access/access.ts';
import { deleteAccount } from '../src/accounts/index.ts';
import { getAccount, updateProfile } from '../src/identity/index.ts';
import { builder } from './builder.ts';

export const User = builder.prismaObject('User', {
  description: 'The account of the signed-in user.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    email: t.exposeString('email', { description: 'The e-mail address in lower case, used to sign in.' }),
    emailVerified: t.boolean({
      description: 'Whether the e-mail address is verified.',
      resolve: (user) => user.emailVerifiedAt !== null,
    }),
    name: t.exposeString('name', { description: 'The display name.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'The https:// URL of a picture.' }),
    isAdmin: t.exposeBoolean('isAdmin', {
      description: 'Whether the user is an administrator of this installation. The first user is.',
    }),
    hasPassword: t.boolean({
      description: 'Whether the account has a password.',
      resolve: (user) => user.passwordHash !== null,
    }),
    totpEnabled: t.boolean({
      description: 'Whether a sign-in with the password requires a second step.',
      resolve: (user) => user.totpEnabledAt !== null,
    }),
    recoveryCodesLeft: t.relationCount('recoveryCodes', {
      where: { usedAt: null },
      description: 'The number of unused recovery codes.',
    }),
    lastLoginAt: t.expose('lastLoginAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the user last signed in.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the account was created.' }),
  }),
});

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'A new name, up to 100 characters.' }),
    avatarUrl: t.string({ description: 'The https:// URL of a picture; null for none.' }),
  }),
});
const DeleteAccountInput = builder.inputType('DeleteAccountInput', {
  description: 'The confirmation of the deletion.',
  fields: (t) => ({
    confirmEmail: t.string({ required: true, description: 'The e-mail address of the account.' }),
    password: t.string({ description: 'The password. Not needed within 15 minutes of a sign-in.' }),
  }),
});

builder.queryFields((t) => ({
  me: t.prismaField({
    type: User,
    authScopes: { person: true },
    description: 'The signed-in user.',
    resolve: (query, _root, _args, { app, access }) => getAccount(app, requirePerson(access).userId, query),
  }),
}));

builder.mutationFields((t) => ({
  updateProfile: t.field({
    type: User,
    authScopes: { person: true },
    description: 'Changes the name and the picture of the signed-in user.',
    args: { input: t.arg({ type: UpdateProfileInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, { app, access, client }) => updateProfile(app, access, client, input),
  }),
  deleteAccount: t.boolean({
    authScopes: { person: true },
    description:
      'Deletes the account, its sessions, keys and memberships, and organizations that become empty. Refused for the last Owner of an organization with other members or existing resources.',
    args: { input: t.arg({ type: DeleteAccountInput, required: true, description: 'The confirmation.' }) },
    resolve: async (_root, { input }, { app, access, client }) => {
      await deleteAccount(app, access, client, input);
      return true;
    },
  }),
}));
