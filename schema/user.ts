import { type Impersonator as ImpersonatorRow, requirePerson } from '../src/access/access.ts';
import { deleteAccount } from '../src/accounts/index.ts';
import { getAccount, updateProfile } from '../src/identity/index.ts';
import { ofAccount, organizationCountOf, recoveryCodesOf, type UserRow } from './accounts.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';

const mine = 'Only the user and administrators of this installation can see it.';

const Impersonator = builder.objectRef<ImpersonatorRow>('Impersonator').implement({
  description: 'An administrator of this installation who works on behalf of a user.',
  fields: (t) => ({
    userId: t.exposeID('id', { description: 'The account of the administrator.' }),
    name: t.exposeString('name', { description: 'The name of the administrator.' }),
    reason: t.exposeString('reason', { description: 'The reason that the administrator gave.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends.' }),
  }),
});

export const User = builder.objectRef<UserRow>('User').implement({
  interfaces: [Node],
  description: 'A person with an account. Others see its name, e-mail address and picture.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    email: t.exposeString('email', { description: 'The e-mail address in lower case, used to sign in.' }),
    emailVerified: t.boolean({
      description: `Whether the e-mail address is verified. ${mine}`,
      resolve: ofAccount((account) => account.emailVerifiedAt !== null),
    }),
    name: t.exposeString('name', { description: 'The display name.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'The https:// URL of a picture.' }),
    isAdmin: t.boolean({
      description: `Whether the user is an administrator of this installation. The first user is. ${mine}`,
      resolve: ofAccount((account) => account.isAdmin),
    }),
    isServerAdmin: t.boolean({
      description: `Whether the user is an administrator of this installation. ${mine}`,
      deprecationReason: 'Since 2026-11-27; use isAdmin. Will be removed on 2027-05-27.',
      resolve: ofAccount((account) => account.isAdmin),
    }),
    hasPassword: t.boolean({
      description: `Whether the account has a password. ${mine}`,
      resolve: ofAccount((account) => account.passwordHash !== null),
    }),
    totpEnabled: t.boolean({
      description: `Whether a sign-in with the password requires a second step. ${mine}`,
      resolve: ofAccount((account) => account.totpEnabledAt !== null),
    }),
    recoveryCodesLeft: t.int({
      description: `The number of unused recovery codes. ${mine}`,
      resolve: recoveryCodesOf,
    }),
    orgCount: t.int({
      nullable: true,
      description:
        'How many organizations the user belongs to. Null for everyone but administrators of this installation.',
      resolve: organizationCountOf,
    }),
    impersonatedBy: t.field({
      type: Impersonator,
      nullable: true,
      description: 'The administrator who makes this request on behalf of the user; null for everything else.',
      resolve: (row, _args, { access }) => (row.id === access.userId ? access.impersonator : null),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: `When the account was created. ${mine}`,
      resolve: ofAccount((account) => account.createdAt),
    }),
    lastLoginAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `When the user last signed in. ${mine}`,
      resolve: ofAccount((account) => account.lastLoginAt),
    }),
    deactivatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `When the account was deactivated; null for an active account. ${mine}`,
      resolve: ofAccount((account) => account.deactivatedAt),
    }),
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
  me: t.field({
    type: User,
    authScopes: { person: true },
    description: 'The signed-in user.',
    resolve: (_root, _args, { app, access }) => getAccount(app, requirePerson(access).userId),
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
