import { requirePerson } from '../src/access/access.ts';
import { deleteAccount } from '../src/accounts/index.ts';
import { getAccount, updateProfile } from '../src/identity/index.ts';
import { builder } from './builder.ts';

export const User = builder.prismaObject('User', {
  description: 'The account of the person who is signed in.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    email: t.exposeString('email', { description: 'The e-mail address, in lower case; it is the login.' }),
    emailVerified: t.boolean({ select: { emailVerifiedAt: true }, description: 'Whether the person has shown that the address is theirs.', resolve: (user) => user.emailVerifiedAt !== null }),
    name: t.exposeString('name', { description: 'The name that others see.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'A picture, over https.' }),
    isAdmin: t.exposeBoolean('isAdmin', { description: 'Whether the user administers this installation. The first user does.' }),
    hasPassword: t.boolean({ select: { passwordHash: true }, description: 'Whether the account has a password.', resolve: (user) => user.passwordHash !== null }),
    totpEnabled: t.boolean({ select: { totpEnabledAt: true }, description: 'Whether a sign-in with the password needs a second step.', resolve: (user) => user.totpEnabledAt !== null }),
    recoveryCodesLeft: t.relationCount('recoveryCodes', { where: { usedAt: null }, description: 'Recovery codes that were not used yet.' }),
    lastLoginAt: t.expose('lastLoginAt', { type: 'DateTime', nullable: true, description: 'When the person last signed in.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the account was made.' }),
  }),
});

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'What is to change. Absent fields stay as they are.',
  fields: (t) => ({
    name: t.string({ description: 'A new name, up to 100 characters.' }),
    avatarUrl: t.string({ description: 'A picture: an address that begins with https://. Null takes it away.' }),
  }),
});
const DeleteAccountInput = builder.inputType('DeleteAccountInput', {
  description: 'What shows that the deletion is meant.',
  fields: (t) => ({
    confirmEmail: t.string({ required: true, description: 'The e-mail address of the account.' }),
    password: t.string({ description: 'The password. Not needed within 15 minutes of a sign-in.' }),
  }),
});

builder.queryFields((t) => ({
  me: t.prismaField({
    type: User, authScopes: { person: true }, description: 'Who is signed in.',
    resolve: (query, _root, _args, { app, access }) => getAccount(app, requirePerson(access).userId, query),
  }),
}));

builder.mutationFields((t) => ({
  updateProfile: t.field({
    type: User, authScopes: { person: true }, description: 'Changes the name and the picture.',
    args: { input: t.arg({ type: UpdateProfileInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, { app, access, client }) => updateProfile(app, access, client, input),
  }),
  deleteAccount: t.boolean({
    authScopes: { person: true },
    description: 'Deletes the account, its sessions, keys and memberships. Refused for the last Owner of an organization with other members or living resources; an organization that is left empty goes along.',
    args: { input: t.arg({ type: DeleteAccountInput, required: true, description: 'The confirmation.' }) },
    resolve: async (_root, { input }, { app, access, client }) => { await deleteAccount(app, access, client, input); return true; },
  }),
}));
