import { requirePerson } from '../src/access/access.ts';
import {
  changeEmail,
  changePassword,
  forgotPassword,
  resendVerification,
  resetPassword,
  verifyEmail,
} from '../src/identity/index.ts';
import { builder } from './builder.ts';

const passwordRule = 'At least 8 characters with a letter and a number; common passwords are refused.';

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'A new password, with the token from the e-mail.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'The token from the link in the e-mail.' }),
    password: t.string({ required: true, description: passwordRule }),
  }),
});
const ChangeEmailInput = builder.inputType('ChangeEmailInput', {
  description: 'A new e-mail address for the account.',
  fields: (t) => ({
    newEmail: t.string({ required: true, description: 'The new address. It receives a confirmation e-mail.' }),
    password: t.string({
      description: 'The password. An account without a password needs a sign-in within the last 15 minutes.',
    }),
  }),
});
const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'A new password for the account, or its first one.',
  fields: (t) => ({
    currentPassword: t.string({
      description: 'The current password. An account without a password needs a sign-in within the last 15 minutes.',
    }),
    newPassword: t.string({ required: true, description: passwordRule }),
    revokeOtherSessions: t.boolean({ description: 'Whether to end all other sessions. Default: no.' }),
  }),
});

builder.mutationFields((t) => ({
  verifyEmail: t.boolean({
    authScopes: { public: true },
    description: 'Verifies an e-mail address with the token from the e-mail.',
    args: { token: t.arg.string({ required: true, description: 'The token from the link in the e-mail.' }) },
    resolve: async (_root, { token }, { app, client }) => {
      await verifyEmail(app, client, token);
      return true;
    },
  }),
  resendVerification: t.boolean({
    authScopes: { person: true },
    description: 'Sends the verification e-mail again. Only the latest link is valid.',
    resolve: async (_root, _args, { app, access, client }) => {
      await resendVerification(app, client, requirePerson(access).userId);
      return true;
    },
  }),
  forgotPassword: t.boolean({
    authScopes: { public: true },
    description:
      'Requests an e-mail with a link to set a new password. The response is the same whether or not the account exists.',
    args: { email: t.arg.string({ required: true, description: 'The e-mail address of the account.' }) },
    resolve: async (_root, { email }, { app, client }) => {
      await forgotPassword(app, client, email);
      return true;
    },
  }),
  resetPassword: t.boolean({
    authScopes: { public: true },
    description: 'Sets a new password with the token from the e-mail and ends all sessions.',
    args: { input: t.arg({ type: ResetPasswordInput, required: true, description: 'The token and the password.' }) },
    resolve: async (_root, { input }, { app, client }) => {
      await resetPassword(app, client, input);
      return true;
    },
  }),
  changeEmail: t.boolean({
    authScopes: { person: true },
    description:
      'Sends a confirmation e-mail to the new address; the address changes only after confirmation. The old address is notified and can undo the change for seven days.',
    args: { input: t.arg({ type: ChangeEmailInput, required: true, description: 'The new address.' }) },
    resolve: async (_root, { input }, { app, access, client }) => {
      await changeEmail(app, access, client, input);
      return true;
    },
  }),
  changePassword: t.boolean({
    authScopes: { person: true },
    description: 'Changes the password, or sets the first password of an account without one.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: 'The passwords.' }) },
    resolve: async (_root, { input }, { app, access, client }) => {
      await changePassword(app, access, client, input);
      return true;
    },
  }),
}));
