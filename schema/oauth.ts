import { requirePerson } from '../src/access/access.ts';
import { exchangeOauthCode, unlinkAccount } from '../src/accounts/index.ts';
import {
  beginOauth,
  type DeliveredSignIn,
  hasPassword,
  linkUrl,
  listConnectedAccounts,
  oauthProviders,
} from '../src/identity/index.ts';
import { SignInPayload } from './auth.ts';
import { builder } from './builder.ts';

const AuthProvider = builder.objectRef<{ name: string; title: string }>('AuthProvider').implement({
  description: 'A provider that this installation offers for sign-in.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name in URLs: `github` or `google`.' }),
    title: t.exposeString('title', { description: 'The display name.' }),
  }),
});

const BrowserAddress = builder.objectRef<{ url: string }>('BrowserAddress').implement({
  description: 'A URL to open in a browser.',
  fields: (t) => ({ url: t.exposeString('url', { description: 'The URL, valid for ten minutes.' }) }),
});

const OAuthSignIn = builder
  .objectRef<{ session: DeliveredSignIn | null; partialToken: string | null }>('OAuthSignIn')
  .implement({
    description: 'The result of a sign-in with a provider: a session, or the token for the second step.',
    fields: (t) => ({
      session: t.field({
        type: SignInPayload,
        nullable: true,
        description: 'The new session; null if a second step is required.',
        resolve: (parent) => parent.session,
      }),
      partialToken: t.exposeString('partialToken', {
        nullable: true,
        description: 'The token for the second step, for an account with TOTP.',
      }),
    }),
  });

const ConnectedAccount = builder.prismaObject('ConnectedAccount', {
  description: 'A connected account at a provider, usable for sign-in.',
  fields: (t) => ({
    provider: t.exposeString('provider', { description: '`github` or `google`.' }),
    email: t.exposeString('email', {
      nullable: true,
      description: 'The e-mail address that the provider last verified.',
    }),
    name: t.exposeString('name', { nullable: true, description: 'Its name at the provider.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'Its picture at the provider.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was connected.' }),
  }),
});

const ConnectedAccounts = builder.objectRef<{ userId: string }>('ConnectedAccounts').implement({
  description: 'The sign-in methods of the account, except passkeys.',
  fields: (t) => ({
    accounts: t.prismaField({
      type: [ConnectedAccount],
      description: 'The connected accounts.',
      resolve: (query, { userId }, _args, { app }) => listConnectedAccounts(app, userId, query),
    }),
    hasPassword: t.boolean({
      description: 'Whether the account has a password.',
      resolve: ({ userId }, _args, { app }) => hasPassword(app, userId),
    }),
  }),
});

const OAuthExchangeInput = builder.inputType('OAuthExchangeInput', {
  description: 'What a program received from the browser.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'The code. It can be used once, within one minute.' }),
    codeVerifier: t.string({
      required: true,
      description: 'The secret verifier; `codeChallenge` was its base64url SHA-256.',
    }),
  }),
});

const provider = { required: true as const, description: '`github` or `google`.' };

builder.queryFields((t) => ({
  authProviders: t.field({
    type: [AuthProvider],
    authScopes: { public: true },
    description: 'The configured sign-in providers.',
    resolve: (_root, _args, { app }) => [...oauthProviders(app.config)],
  }),
  connectedAccounts: t.field({
    type: ConnectedAccounts,
    authScopes: { person: true },
    description: 'The sign-in methods of the signed-in user, except passkeys.',
    resolve: (_root, _args, { access }) => ({ userId: requirePerson(access).userId }),
  }),
}));

builder.mutationFields((t) => ({
  beginOAuth: t.field({
    type: BrowserAddress,
    authScopes: { public: true, session: true },
    description:
      'Starts a sign-in with a provider or, with `flow: link`, connects the provider’s account to the signed-in account. It sets a cookie, so the same browser must continue.',
    args: {
      provider: t.arg.string(provider),
      flow: t.arg.string({
        description: '`login` (default) or `link`. `link` needs a sign-in within the last 15 minutes.',
      }),
      redirectUri: t.arg.string({
        description:
          'For programs: the URL at which the program listens on this machine, `http://127.0.0.1:<port>/…`. It receives a code there instead of cookies in the browser.',
      }),
      codeChallenge: t.arg.string({ description: 'For programs: the base64url SHA-256 of the secret verifier.' }),
    },
    resolve: async (_root, args, { app, access, client, browser }) => ({
      url: await beginOauth(app, access, client, browser, args),
    }),
  }),
  linkOAuth: t.field({
    type: BrowserAddress,
    authScopes: { person: true },
    description:
      "Returns the URL of a page that asks whether to connect a provider's account to the signed-in account. Any browser can open it.",
    args: {
      provider: t.arg.string(provider),
      password: t.arg.string({ description: 'The password. Not needed within 15 minutes of a sign-in.' }),
    },
    resolve: async (_root, args, { app, access, client }) => ({ url: await linkUrl(app, access, client, args) }),
  }),
  exchangeOAuthCode: t.field({
    type: OAuthSignIn,
    authScopes: { public: true, session: true },
    description: 'Exchanges the code that a program received at its `redirectUri` for a session.',
    args: { input: t.arg({ type: OAuthExchangeInput, required: true, description: 'The code and the verifier.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => {
      const result = await exchangeOauthCode(app, tokens, client, input);
      return 'partialToken' in result
        ? { session: null, partialToken: result.partialToken }
        : { session: browser.deliver(result), partialToken: null };
    },
  }),
  disconnectAccount: t.boolean({
    authScopes: { person: true },
    description: "Disconnects a provider's account. The last sign-in method cannot be removed.",
    args: { provider: t.arg.string(provider) },
    resolve: async (_root, args, { app, access, client }) => {
      await unlinkAccount(app, access, client, args.provider);
      return true;
    },
  }),
}));
