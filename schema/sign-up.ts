import { confirmSignUp, register, signUp } from '../src/accounts/index.ts';
import type { DeliveredSignIn } from '../src/identity/index.ts';
import { SignInPayload } from './auth.ts';
import { builder } from './builder.ts';

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'A new account with its first organization.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address, used to sign in.' }),
    password: t.string({ required: true, description: 'At least 8 characters with a letter and a number.' }),
    name: t.string({ required: true, description: 'The display name, up to 100 characters.' }),
    organizationName: t.string({
      description: 'The name of the first organization, 2 to 100 characters. Default: derived from the name.',
    }),
    organizationSlug: t.string({
      description: 'Its slug, 3 to 50 lower-case letters, digits and hyphens. Default: derived from its name.',
    }),
    invitationToken: t.string({
      description:
        'The token of an invitation to this address. The account joins that organization instead of creating its own, even if sign-up is closed.',
    }),
    setupToken: t.string({
      description:
        'The setup token that the log prints at startup. Required for the first account of an installation that is reachable from outside.',
    }),
  }),
});
const RegistrationPayload = builder.objectRef<{ session: DeliveredSignIn | null }>('RegistrationPayload').implement({
  description: 'A new account, or the confirmation e-mail that was sent first.',
  fields: (t) => ({
    confirmationSent: t.boolean({
      description:
        'Whether an e-mail was sent to the address: with a link to create the account, or with a notice that an account already exists.',
      resolve: (parent) => parent.session === null,
    }),
    session: t.field({
      type: SignInPayload,
      nullable: true,
      description: 'The session of the new account; null if the address must be confirmed first.',
      resolve: (parent) => parent.session,
    }),
  }),
});
const ConfirmSignUpInput = builder.inputType('ConfirmSignUpInput', {
  description: 'The confirmation of a sign-up. It creates the account.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'The token from the link in the e-mail.' }),
    password: t.string({
      required: true,
      description: 'The password of the account: at least 8 characters with a letter and a number.',
    }),
    name: t.string({ description: 'The display name. Default: the name given at sign-up.' }),
  }),
});

builder.mutationFields((t) => ({
  signUp: t.field({
    type: SignInPayload,
    authScopes: { public: true },
    description:
      'Creates an account with its first organization, makes it the Owner and signs in. Refused if the installation confirms e-mail addresses first: use `register` instead.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: 'The account.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) =>
      browser.deliver(await signUp(app, tokens, client, input)),
  }),
  register: t.field({
    type: RegistrationPayload,
    authScopes: { public: true },
    description:
      'Signs up. If the installation confirms addresses first, it sends an e-mail to the address, and the response is the same whether or not an account exists. With an invitation or setup token, the account is created at once.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: 'The account.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => {
      const signIn = await register(app, tokens, client, input);
      return { session: signIn && browser.deliver(signIn) };
    },
  }),
  confirmSignUp: t.field({
    type: SignInPayload,
    authScopes: { public: true },
    description: 'Creates the account of a confirmation e-mail with this password and signs in.',
    args: { input: t.arg({ type: ConfirmSignUpInput, required: true, description: 'The confirmation.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) =>
      browser.deliver(await confirmSignUp(app, tokens, client, input)),
  }),
}));
