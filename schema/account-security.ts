import { requirePerson } from '../src/access/access.ts';
import { changeEmail, changePassword, forgotPassword, resendVerification, resetPassword, verifyEmail } from '../src/identity/index.ts';
import { builder } from './builder.ts';

const passwordRule = 'At least 8 characters with a letter and a number; not one of the common ones.';

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'A new password for the account of a letter.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'The token of the link in the letter.' }),
    password: t.string({ required: true, description: passwordRule }),
  }),
});
const ChangeEmailInput = builder.inputType('ChangeEmailInput', {
  description: 'Another e-mail address for the account.',
  fields: (t) => ({
    newEmail: t.string({ required: true, description: 'The new address; it gets a letter with which to confirm.' }),
    password: t.string({ description: 'The password. An account without one needs a sign-in within the last 15 minutes.' }),
  }),
});
const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'Another password for the account, or its first one.',
  fields: (t) => ({
    currentPassword: t.string({ description: 'The password so far. An account without one needs a sign-in within the last 15 minutes.' }),
    newPassword: t.string({ required: true, description: passwordRule }),
    revokeOtherSessions: t.boolean({ description: 'Whether to end all other sessions. Default: no.' }),
  }),
});

builder.mutationFields((t) => ({
  verifyEmail: t.boolean({
    authScopes: { public: true }, description: 'Verifies an e-mail address with the token of the letter.',
    args: { token: t.arg.string({ required: true, description: 'The token of the link in the letter.' }) },
    resolve: async (_root, { token }, { app, client }) => { await verifyEmail(app, client, token); return true; },
  }),
  resendVerification: t.boolean({
    authScopes: { person: true }, description: 'Sends the letter that verifies the e-mail address again; only the newest one counts.',
    resolve: async (_root, _args, { app, access, client }) => { await resendVerification(app, client, requirePerson(access).userId); return true; },
  }),
  forgotPassword: t.boolean({
    authScopes: { public: true }, description: 'Asks for a letter with which to set a new password. The answer is the same whether or not there is such an account.',
    args: { email: t.arg.string({ required: true, description: 'The e-mail address of the account.' }) },
    resolve: async (_root, { email }, { app, client }) => { await forgotPassword(app, client, email); return true; },
  }),
  resetPassword: t.boolean({
    authScopes: { public: true }, description: 'Sets a new password with the token of the letter, and ends all sessions.',
    args: { input: t.arg({ type: ResetPasswordInput, required: true, description: 'The token and the password.' }) },
    resolve: async (_root, { input }, { app, client }) => { await resetPassword(app, client, input); return true; },
  }),
  changeEmail: t.boolean({
    authScopes: { person: true }, description: 'Asks the new address to confirm; until then nothing changes. The old address is told, and can take the change back for seven days.',
    args: { input: t.arg({ type: ChangeEmailInput, required: true, description: 'The new address.' }) },
    resolve: async (_root, { input }, { app, access, client }) => { await changeEmail(app, access, client, input); return true; },
  }),
  changePassword: t.boolean({
    authScopes: { person: true }, description: 'Changes the password, or sets the first one of an account that has none.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: 'The passwords.' }) },
    resolve: async (_root, { input }, { app, access, client }) => { await changePassword(app, access, client, input); return true; },
  }),
}));
