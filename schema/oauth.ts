import { requirePerson } from '../src/access/access.ts';
import { exchangeOauthCode, unlinkAccount } from '../src/accounts/index.ts';
import { beginOauth, type DeliveredSignIn, hasPassword, linkUrl, listConnectedAccounts, oauthProviders } from '../src/identity/index.ts';
import { SignInPayload } from './auth.ts';
import { builder } from './builder.ts';

const AuthProvider = builder.objectRef<{ name: string; title: string }>('AuthProvider').implement({
  description: 'A provider that this installation lets people sign in with.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name in addresses: `github` or `google`.' }),
    title: t.exposeString('title', { description: 'Its name for people.' }),
  }),
});

const BrowserAddress = builder.objectRef<{ url: string }>('BrowserAddress').implement({
  description: 'An address to open in a browser.',
  fields: (t) => ({ url: t.exposeString('url', { description: 'The address; it is good for ten minutes.' }) }),
});

const OAuthSignIn = builder.objectRef<{ session: DeliveredSignIn | null; partialToken: string | null }>('OAuthSignIn').implement({
  description: 'How a sign-in with a provider ended: a session, or a second step to come.',
  fields: (t) => ({
    session: t.field({ type: SignInPayload, nullable: true, description: 'The new session; null when a second step is to come.', resolve: (parent) => parent.session }),
    partialToken: t.exposeString('partialToken', { nullable: true, description: 'The ticket of the second step, for an account with TOTP.' }),
  }),
});

const ConnectedAccount = builder.prismaObject('ConnectedAccount', {
  description: 'An account at a provider with which one can sign in here.',
  fields: (t) => ({
    provider: t.exposeString('provider', { description: '`github` or `google`.' }),
    email: t.exposeString('email', { nullable: true, description: 'Its address, as the provider last vouched for it.' }),
    name: t.exposeString('name', { nullable: true, description: 'Its name there.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'Its picture there.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was connected.' }),
  }),
});

const ConnectedAccounts = builder.objectRef<{ userId: string }>('ConnectedAccounts').implement({
  description: 'The ways to sign in to the account, passkeys aside.',
  fields: (t) => ({
    accounts: t.prismaField({
      type: [ConnectedAccount], description: 'The connected accounts.',
      resolve: (query, { userId }, _args, { app }) => listConnectedAccounts(app, userId, query),
    }),
    hasPassword: t.boolean({
      description: 'Whether the account has a password.',
      resolve: ({ userId }, _args, { app }) => hasPassword(app, userId),
    }),
  }),
});

const OAuthExchangeInput = builder.inputType('OAuthExchangeInput', {
  description: 'What a program got back from the browser.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'The code; good once and for a minute.' }),
    codeVerifier: t.string({ required: true, description: 'The text of which `codeChallenge` was the base64url SHA-256.' }),
  }),
});

const provider = { required: true as const, description: '`github` or `google`.' };

builder.queryFields((t) => ({
  authProviders: t.field({ type: [AuthProvider], authScopes: { public: true }, description: 'The providers that are configured.', resolve: (_root, _args, { app }) => [...oauthProviders(app.config)] }),
  connectedAccounts: t.field({ type: ConnectedAccounts, authScopes: { person: true }, description: 'With what the signed-in user can sign in.', resolve: (_root, _args, { access }) => ({ userId: requirePerson(access).userId }) }),
}));

builder.mutationFields((t) => ({
  beginOAuth: t.field({
    type: BrowserAddress, authScopes: { public: true },
    description: 'Begins signing in with a provider, or with `flow: link` connecting its account to the signed-in one. It sets a cookie, so the browser that goes on must be the one that asked.',
    args: {
      provider: t.arg.string(provider),
      flow: t.arg.string({ description: '`login` (default) or `link`; linking needs a sign-in within the last 15 minutes.' }),
      redirectUri: t.arg.string({ description: 'For a program: where it listens on this machine, `http://127.0.0.1:<port>/…`. It gets a code there instead of cookies in the browser.' }),
      codeChallenge: t.arg.string({ description: 'For a program: the base64url SHA-256 of its secret verifier.' }),
    },
    resolve: async (_root, args, { app, access, client, browser }) => ({ url: await beginOauth(app, access, client, browser, args) }),
  }),
  linkOAuth: t.field({
    type: BrowserAddress, authScopes: { person: true }, description: 'Gives the address of a page that asks whether to connect a provider\'s account to the signed-in one; any browser can open it.',
    args: { provider: t.arg.string(provider), password: t.arg.string({ description: 'The password; not needed within 15 minutes of a sign-in.' }) },
    resolve: async (_root, args, { app, access, client }) => ({ url: await linkUrl(app, access, client, args) }),
  }),
  exchangeOAuthCode: t.field({
    type: OAuthSignIn, authScopes: { public: true }, description: 'Trades the code that a program got at its `redirectUri` for a session.',
    args: { input: t.arg({ type: OAuthExchangeInput, required: true, description: 'The code and the verifier.' }) },
    resolve: async (_root, { input }, { app, tokens, client, browser }) => {
      const result = await exchangeOauthCode(app, tokens, client, input);
      return 'partialToken' in result ? { session: null, partialToken: result.partialToken } : { session: browser.deliver(result), partialToken: null };
    },
  }),
  disconnectAccount: t.boolean({
    authScopes: { person: true }, description: 'Disconnects a provider\'s account; the last way to sign in stays.',
    args: { provider: t.arg.string(provider) },
    resolve: async (_root, args, { app, access, client }) => { await unlinkAccount(app, access, client, args.provider); return true; },
  }),
}));
