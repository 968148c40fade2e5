import { AuthorizationResponseError, calculatePKCECodeChallenge } from 'openid-client';
import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import type { Client } from '../access/client.ts';
import {
  type AccessTokens,
  callbackUrl,
  findToken,
  hashToken,
  issueToken,
  nonceOf,
  type Profile,
  type Provider,
  requireProvider,
  type SecondStep,
  signInOrAsk,
  type SignIn,
  takeToken,
} from '../identity/index.ts';
import { parse } from '../parse.ts';
import { linkAccount, userOf } from './provider-accounts.ts';

const begun = z.object({
  provider: z.string(),
  browser: z.string(),
  flow: z.enum(['login', 'link']),
  sessionId: z.uuid().optional(),
  redirectUri: z.string().optional(),
  codeChallenge: z.string().optional(),
  next: z.string().optional(),
});

/** How an OAuth flow ended. */
export type OauthEnd =
  | { as: 'signedIn'; signIn: SignIn; next?: string | undefined }
  | { as: 'secondStep'; partialToken: string; next?: string | undefined }
  | { as: 'linked'; provider: Provider }
  /** A program on the person's machine gets this address, with a code in it. */
  | { as: 'program'; url: string };

const notOurs = (): AppError =>
  new AppError('bad_request', 'This sign-in was not started in this browser, or it has expired; start again', {
    constraint: 'state',
  });

async function profileOf(
  app: App,
  provider: Provider,
  query: URLSearchParams,
  secret: string,
  state: string,
): Promise<Profile> {
  try {
    const callback = new URL(callbackUrl(app, provider));
    callback.search = query.toString();
    return await provider.profile(await provider.configuration(), callback, {
      expectedState: state,
      pkceCodeVerifier: secret,
      ...(provider.isOpenId ? { expectedNonce: nonceOf(secret) } : {}),
    });
  } catch (error) {
    if (error instanceof AuthorizationResponseError)
      throw new AppError(
        'forbidden',
        `${provider.title} did not sign you in: ${error.error === 'access_denied' ? 'access was denied' : error.error}`,
        { reason: error.error },
      );
    app.log.warn({ err: error, provider: provider.name }, 'A sign-in with a provider failed');
    throw new AppError('unprocessable', `Signing in with ${provider.title} failed; start again`);
  }
}

/** Takes what the provider sent the browser back with. `secret` is the cookie of the browser that began. */
export async function finishOauth(
  app: App,
  tokens: AccessTokens,
  client: Client,
  name: string,
  query: URLSearchParams,
  secret: string | null,
): Promise<OauthEnd> {
  const provider = requireProvider(app.config, name);
  const state = query.get('state') ?? '';
  const row = secret === null ? null : await findToken(app.db.prisma, 'oauth', state);
  const flow = row ? begun.parse(row.data) : null;
  if (secret === null || !flow || flow.provider !== provider.name || flow.browser !== hashToken(secret))
    throw notOurs();
  if (!(await app.db.prisma.$transaction((tx) => takeToken(tx, 'oauth', state)))) throw notOurs();
  const profile = await profileOf(app, provider, query, secret, state);
  if (flow.flow === 'link') {
    await linkAccount(app, client, provider, profile, { userId: row?.userId ?? '', sessionId: flow.sessionId ?? '' });
    return { as: 'linked', provider };
  }
  const user = await userOf(app, client, provider, profile);
  if (flow.redirectUri) {
    const code = await issueToken(app.db.prisma, 'oauth_code', 60, {
      userId: user.id,
      data: { method: provider.name, codeChallenge: flow.codeChallenge ?? '' },
    });
    const url = new URL(flow.redirectUri);
    url.searchParams.set('code', code);
    return { as: 'program', url: url.href };
  }
  const result = await app.db.prisma.$transaction((tx) => signInOrAsk(tx, app, tokens, user, client, provider.name));
  return 'partialToken' in result
    ? { as: 'secondStep', partialToken: result.partialToken, next: flow.next }
    : { as: 'signedIn', signIn: result, next: flow.next };
}

export const exchangeInput = z.object({ code: z.string().max(200), codeVerifier: z.string().min(43).max(128) });
const codeData = z.object({ method: z.enum(['github', 'google']), codeChallenge: z.string() });

/** Trades the code that a program got for a session; only who began the flow knows the verifier. */
export async function exchangeOauthCode(
  app: App,
  tokens: AccessTokens,
  client: Client,
  given: unknown,
): Promise<SignIn | SecondStep> {
  const { code, codeVerifier } = parse(exchangeInput, given);
  const attempt = await app.limits.countAttempt('token', client.ipAddress);
  const challenge = await calculatePKCECodeChallenge(codeVerifier);
  const row = await app.db.prisma.$transaction((tx) => takeToken(tx, 'oauth_code', code));
  const data = row ? codeData.parse(row.data) : null;
  const user = row?.userId ? await app.db.prisma.user.findUnique({ where: { id: row.userId } }) : null;
  if (!data || !user || user.deactivatedAt || data.codeChallenge !== challenge)
    throw new AppError(
      'unauthenticated',
      'The code is not valid: it was already used, has expired or belongs to another verifier',
    );
  await attempt.forgive();
  return app.db.prisma.$transaction((tx) => signInOrAsk(tx, app, tokens, user, client, data.method));
}
