import { requireActor } from '../src/access/access.ts';
import { confirmSignUp, register, signUp } from '../src/accounts/index.ts';
import { validationError } from '../src/errors.ts';
import { type DeliveredSignIn, getAccount, login, loginSecondFactor, logout, refresh, type SecondStep, sessionOfRefreshToken } from '../src/identity/index.ts';
import { organizationsOf } from '../src/orgs/index.ts';
import { builder } from './builder.ts';
import { Organization } from './organization.ts';
import { User } from './user.ts';

export const SignInPayload = builder.objectRef<DeliveredSignIn>('SignInPayload').implement({
  description: 'A new session. With the header `X-OCore-Session: cookie` its tokens are set as cookies and are not in the answer.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', { nullable: true, description: 'Send it as `Authorization: Bearer <token>`. Null where it is in a cookie.' }),
    refreshToken: t.exposeString('refreshToken', { nullable: true, description: 'Good once, for a new pair of tokens. Null where it is in a cookie.' }),
    csrfToken: t.exposeString('csrfToken', { nullable: true, description: 'With cookies: send it as `X-CSRF-Token` with every request that changes something. It is also in the cookie `ocore_csrf`.' }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Seconds until the access token ends.' }),
    user: t.prismaField({ type: User, description: 'Who signed in.', resolve: (query, parent, _args, { app }) => getAccount(app, parent.user.id, query) }),
    organizations: t.prismaField({
      type: [Organization],
      description: 'The organizations that the user belongs to.',
      resolve: (query, parent, _args, { app }) => organizationsOf(app, parent.user.id, query),
    }),
  }),
});

const signedIn = (parent: DeliveredSignIn | SecondStep): DeliveredSignIn | null => ('accessToken' in parent ? parent : null);
const LoginPayload = builder.objectRef<DeliveredSignIn | SecondStep>('LoginPayload').implement({
  description: 'The tokens of a new session, or the ticket of the second step.',
  fields: (t) => ({
    requiresTOTP: t.boolean({ description: 'Whether a second step is to follow: a code, a recovery code or a passkey. The tokens are null then.', resolve: (parent) => signedIn(parent) === null }),
    partialToken: t.string({ nullable: true, description: 'The ticket of the second step: good for ten minutes and five attempts.', resolve: (parent) => ('partialToken' in parent ? parent.partialToken : null) }),
    accessToken: t.string({ nullable: true, description: 'Send it as `Authorization: Bearer <token>`.', resolve: (parent) => signedIn(parent)?.accessToken }),
    refreshToken: t.string({ nullable: true, description: 'Good once, for a new pair of tokens.', resolve: (parent) => signedIn(parent)?.refreshToken }),
    csrfToken: t.string({ nullable: true, description: 'With cookies: send it as `X-CSRF-Token` with every request that changes something.', resolve: (parent) => signedIn(parent)?.csrfToken }),
    expiresIn: t.int({ nullable: true, description: 'Seconds until the access token ends.', resolve: (parent) => signedIn(parent)?.expiresIn }),
    user: t.prismaField({ type: User, nullable: true, description: 'Who signed in.', resolve: (query, parent, _args, { app }) => { const done = signedIn(parent); return done && getAccount(app, done.user.id, query); } }),
    organizations: t.prismaField({
      type: [Organization], nullable: true, description: 'The organizations that the user belongs to.',
      resolve: (query, parent, _args, { app }) => { const done = signedIn(parent); return done && organizationsOf(app, done.user.id, query); },
    }),
  }),
});
const LoginSecondFactorInput = builder.inputType('LoginSecondFactorInput', {
  description: 'The second step of a sign-in.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Six digits of the app, or a recovery code.' }),
    partialToken: t.string({ required: true, description: 'What the first step gave.' }),
  }),
});

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'A new account with its first organization.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address; it becomes the login.' }),
    password: t.string({ required: true, description: 'At least 8 characters with a letter and a number.' }),
    name: t.string({ required: true, description: 'The name that others see, up to 100 characters.' }),
    organizationName: t.string({ description: 'The name of the first organization, 2 to 100 characters. Default: made from the name.' }),
    organizationSlug: t.string({ description: 'Its slug, 3 to 50 lower-case letters, digits and hyphens. Default: made from its name.' }),
    invitationToken: t.string({ description: 'The token of an invitation to this address: the account then joins that organization instead of having one of its own, also where sign-up is closed.' }),
    setupToken: t.string({ description: 'Where the installation has no account yet and is reachable from outside: the token that its log prints at the start.' }),
  }),
});
const RegistrationPayload = builder.objectRef<{ session: DeliveredSignIn | null }>('RegistrationPayload').implement({
  description: 'A new account, or the e-mail that comes before it.',
  fields: (t) => ({
    confirmationSent: t.boolean({ description: 'Whether an e-mail goes to the address first: with a link to create the account, or with the news that there is one already.', resolve: (parent) => parent.session === null }),
    session: t.field({ type: SignInPayload, nullable: true, description: 'The session of the new account; null where the address is confirmed first.', resolve: (parent) => parent.session }),
  }),
});
const ConfirmSignUpInput = builder.inputType('ConfirmSignUpInput', {
  description: 'What creates an account whose e-mail address is confirmed.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'The token of the link in the e-mail.' }),
    password: t.string({ required: true, description: 'The password of the account: at least 8 characters with a letter and a number.' }),
    name: t.string({ description: 'The name that others see. Default: the one given at the sign-up.' }),
  }),
});
const LoginInput = builder.inputType('LoginInput', {
  description: 'The credentials of an account.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address.' }),
    password: t.string({ required: true, description: 'The password.' }),
  }),
});

builder.mutationFields((t) => ({
  signUp: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Creates an account with its first organization, whose Owner it becomes, and signs it in. Refused where the installation confirms e-mail addresses first: use `register`.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: 'The account.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => browser.deliver(await signUp(app, tokens, client, input)),
  }),
  register: t.field({
    type: RegistrationPayload, authScopes: { public: true },
    description: 'Signs up. Where the installation confirms addresses first, an e-mail goes to the address, and the response is the same whether or not it has an account. An invitation or setup token creates the account at once.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: 'The account.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => {
      const signIn = await register(app, tokens, client, input);
      return { session: signIn && browser.deliver(signIn) };
    },
  }),
  confirmSignUp: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Creates the account of a confirmation e-mail with this password, and signs it in.',
    args: { input: t.arg({ type: ConfirmSignUpInput, required: true, description: 'The confirmation.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => browser.deliver(await confirmSignUp(app, tokens, client, input)),
  }),
  login: t.field({
    type: LoginPayload, authScopes: { public: true }, description: 'Signs in with e-mail address and password. An account with two-factor authentication gets the ticket of the second step.',
    args: { input: t.arg({ type: LoginInput, required: true, description: 'The credentials.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => {
      const done = await login(app, tokens, client, input);
      return 'partialToken' in done ? done : browser.deliver(done);
    },
  }),
  loginSecondFactor: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Ends a sign-in with the second factor. Each code is good once.',
    args: { input: t.arg({ type: LoginSecondFactorInput, required: true, description: 'The code.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => browser.deliver(await loginSecondFactor(app, tokens, client, input)),
  }),
  refreshToken: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Trades a refresh token for a new pair. A token that was traded before ends the whole session.',
    args: { refreshToken: t.arg.string({ description: 'The newest refresh token. Left out, the one in the cookie is used, which needs the header `X-OCore-Session: cookie` and travels to REST only.' }) },
    resolve: async (_root, args, { app, tokens, client, browser }) => {
      const token = args.refreshToken ?? browser.refreshToken;
      if (!token) throw validationError([{ field: 'refreshToken', constraint: 'required', message: 'refreshToken is required' }]);
      return browser.deliver(await refresh(app, tokens, client, token, !args.refreshToken));
    },
  }),
  logout: t.boolean({
    authScopes: { public: true }, description: 'Ends this session at once, for every process, and takes its cookies away. A browser whose access token has ended may use its refresh cookie.',
    resolve: async (_root, _args, { app, access, client, browser }) => {
      const sessionId = access.sessionId ?? (browser.refreshToken ? await sessionOfRefreshToken(app, browser.refreshToken) : null);
      if (sessionId) await logout(app, sessionId, client);
      else if (!browser.wantsCookies) requireActor(access);
      browser.forget();
      return true;
    },
  }),
}));

