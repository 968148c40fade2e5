import { requireActor } from '../src/access/access.ts';
import { validationError } from '../src/errors.ts';
import {
  type DeliveredSignIn,
  getAccount,
  login,
  loginSecondFactor,
  logout,
  refresh,
  type SecondStep,
  sessionOfRefreshToken,
} from '../src/identity/index.ts';
import { organizationsOf } from '../src/orgs/index.ts';
import { builder } from './builder.ts';
import { Organization } from './organization.ts';
import { User } from './user.ts';

export const SignInPayload = builder.objectRef<DeliveredSignIn>('SignInPayload').implement({
  description:
    'A new session. With the header `X-OCore-Session: cookie`, its tokens are set as cookies and are not in the response.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      nullable: true,
      description: 'Send it as `Authorization: Bearer <token>`. Null if it is set as a cookie.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      description: 'Can be exchanged once for a new pair of tokens. Null if it is set as a cookie.',
    }),
    csrfToken: t.exposeString('csrfToken', {
      nullable: true,
      description:
        'With cookies: send it as `X-CSRF-Token` with every request that changes data. The cookie `ocore_csrf` has it too.',
    }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Seconds until the access token expires.' }),
    user: t.field({
      type: User,
      description: 'The user who signed in.',
      resolve: (parent, _args, { app }) => getAccount(app, parent.user.id),
    }),
    organizations: t.prismaField({
      type: [Organization],
      description: 'The organizations that the user belongs to.',
      resolve: (query, parent, _args, { app }) => organizationsOf(app, parent.user.id, query),
    }),
  }),
});

const signedIn = (parent: DeliveredSignIn | SecondStep): DeliveredSignIn | null =>
  'accessToken' in parent ? parent : null;
const LoginPayload = builder.objectRef<DeliveredSignIn | SecondStep>('LoginPayload').implement({
  description: 'The tokens of a new session, or the token for the second step.',
  fields: (t) => ({
    requiresTOTP: t.boolean({
      description: 'Whether a second step is required: a code, a recovery code or a passkey. The tokens are then null.',
      resolve: (parent) => signedIn(parent) === null,
    }),
    partialToken: t.string({
      nullable: true,
      description: 'The token for the second step, valid for ten minutes and five attempts.',
      resolve: (parent) => ('partialToken' in parent ? parent.partialToken : null),
    }),
    accessToken: t.string({
      nullable: true,
      description: 'Send it as `Authorization: Bearer <token>`.',
      resolve: (parent) => signedIn(parent)?.accessToken,
    }),
    refreshToken: t.string({
      nullable: true,
      description: 'Can be exchanged once for a new pair of tokens.',
      resolve: (parent) => signedIn(parent)?.refreshToken,
    }),
    csrfToken: t.string({
      nullable: true,
      description: 'With cookies: send it as `X-CSRF-Token` with every request that changes data.',
      resolve: (parent) => signedIn(parent)?.csrfToken,
    }),
    expiresIn: t.int({
      nullable: true,
      description: 'Seconds until the access token expires.',
      resolve: (parent) => signedIn(parent)?.expiresIn,
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The user who signed in.',
      resolve: (parent, _args, { app }) => {
        const done = signedIn(parent);
        return done && getAccount(app, done.user.id);
      },
    }),
    organizations: t.prismaField({
      type: [Organization],
      nullable: true,
      description: 'The organizations that the user belongs to.',
      resolve: (query, parent, _args, { app }) => {
        const done = signedIn(parent);
        return done && organizationsOf(app, done.user.id, query);
      },
    }),
  }),
});

const LoginInput = builder.inputType('LoginInput', {
  description: 'The credentials of an account.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address.' }),
    password: t.string({ required: true, description: 'The password.' }),
  }),
});
const LoginSecondFactorInput = builder.inputType('LoginSecondFactorInput', {
  description: 'The second step of a sign-in.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Six digits from the app, or a recovery code.' }),
    partialToken: t.string({ required: true, description: 'The token from the first step.' }),
  }),
});

builder.mutationFields((t) => ({
  login: t.field({
    type: LoginPayload,
    authScopes: { public: true, session: true },
    description:
      'Signs in with e-mail address and password. An account with two-factor authentication receives the token for the second step.',
    args: { input: t.arg({ type: LoginInput, required: true, description: 'The credentials.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => {
      const done = await login(app, tokens, client, input);
      return 'partialToken' in done ? done : browser.deliver(done);
    },
  }),
  loginSecondFactor: t.field({
    type: SignInPayload,
    authScopes: { public: true, session: true },
    description: 'Completes a sign-in with the second factor. Each code can be used once.',
    args: { input: t.arg({ type: LoginSecondFactorInput, required: true, description: 'The code.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) =>
      browser.deliver(await loginSecondFactor(app, tokens, client, input)),
  }),
  refreshToken: t.field({
    type: SignInPayload,
    authScopes: { public: true, session: true },
    description:
      'Exchanges a refresh token for a new pair of tokens. A refresh token that is used a second time ends the session.',
    args: {
      refreshToken: t.arg.string({
        description:
          'The latest refresh token. Default: the token in the cookie, which needs the header `X-OCore-Session: cookie` and works with REST only.',
      }),
    },
    resolve: async (_root, args, { app, tokens, client, browser }) => {
      const token = args.refreshToken ?? browser.refreshToken;
      if (!token)
        throw validationError([{ field: 'refreshToken', constraint: 'required', message: 'refreshToken is required' }]);
      return browser.deliver(await refresh(app, tokens, client, token, !args.refreshToken));
    },
  }),
  logout: t.boolean({
    authScopes: { public: true, session: true },
    description:
      'Ends this session at once, in every process, and clears its cookies. A browser with an expired access token can use its refresh cookie.',
    resolve: async (_root, _args, { app, access, client, browser }) => {
      const sessionId =
        access.sessionId ?? (browser.refreshToken ? await sessionOfRefreshToken(app, browser.refreshToken) : null);
      if (sessionId) await logout(app, sessionId, client);
      else if (!browser.wantsCookies) requireActor(access);
      browser.forget();
      return true;
    },
  }),
}));
