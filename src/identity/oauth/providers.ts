import {
  allowInsecureRequests,
  authorizationCodeGrant,
  type AuthorizationCodeGrantChecks,
  Configuration,
  discovery,
  fetchProtectedResource,
} from 'openid-client';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { AppError, inShort } from '../../errors.ts';
import { emailSchema } from '../fields.ts';

export type ProviderName = 'github' | 'google';

/** Who signed in at a provider. */
export interface Profile {
  /** The provider's own id of the account. */
  subject: string;
  /** An address that the provider says is the person's; null where it vouches for none. */
  verifiedEmail: string | null;
  name: string;
  avatarUrl: string | null;
}

export interface Provider {
  name: ProviderName;
  title: string;
  scope: string;
  /** OpenID Connect, with a nonce in an ID token; else plain OAuth 2. */
  isOpenId: boolean;
  configuration: () => Promise<Configuration>;
  profile: (configuration: Configuration, callback: URL, checks: AuthorizationCodeGrantChecks) => Promise<Profile>;
}

/** Without TLS only to this very machine: a test's provider. */
const mayBeInsecure = (url: URL): boolean =>
  url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);

const picture = (value: string | null | undefined): string | null =>
  value && URL.canParse(value) && new URL(value).protocol === 'https:' ? value.slice(0, 500) : null;
const googleClaims = z.object({
  sub: z.string().min(1).max(255),
  email: emailSchema.optional(),
  email_verified: z.boolean().optional(),
  name: z.string().optional(),
  picture: z.string().optional(),
});

function google(config: Config, id: string, secret: string): Provider {
  const issuer = new URL(config.GOOGLE_ISSUER);
  let known: Promise<Configuration> | undefined;
  return {
    name: 'google',
    title: 'Google',
    scope: 'openid email profile',
    isOpenId: true,
    configuration: () => {
      known ??= discovery(
        issuer,
        id,
        secret,
        undefined,
        mayBeInsecure(issuer) ? { execute: [allowInsecureRequests] } : {},
      ).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },
    profile: async (configuration, callback, checks) => {
      const claims = googleClaims.parse(
        (await authorizationCodeGrant(configuration, callback, { ...checks, idTokenExpected: true })).claims(),
      );
      return {
        subject: claims.sub,
        verifiedEmail: (claims.email_verified === true && claims.email) || null,
        name: claims.name || (claims.email?.split('@')[0] ?? 'Google user'),
        avatarUrl: picture(claims.picture),
      };
    },
  };
}

const githubUser = z.object({
  id: z.number().int(),
  login: z.string(),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
});
const githubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

function github(config: Config, id: string, secret: string): Provider {
  const site = new URL(config.GITHUB_URL);
  const base = site.href.replace(/\/$/, '');
  // GitHub Enterprise Server has its API below its own address.
  const api = site.hostname === 'github.com' ? 'https://api.github.com' : `${base}/api/v3`;
  const configuration = new Configuration(
    {
      issuer: base,
      authorization_endpoint: `${base}/login/oauth/authorize`,
      token_endpoint: `${base}/login/oauth/access_token`,
    },
    id,
    secret,
  );
  if (mayBeInsecure(site)) allowInsecureRequests(configuration);
  const read = async (accessToken: string, path: string): Promise<unknown> => {
    const response = await fetchProtectedResource(
      configuration,
      accessToken,
      new URL(`${api}${path}`),
      'GET',
      null,
      new Headers({ accept: 'application/vnd.github+json', 'user-agent': 'oCore' }),
    );
    if (!response.ok) throw new Error(`${path} responded with ${response.status}`);
    return response.json();
  };
  return {
    name: 'github',
    title: 'GitHub',
    scope: 'read:user user:email',
    isOpenId: false,
    configuration: () => Promise.resolve(configuration),
    profile: async (_configuration, callback, checks) => {
      const { access_token: token } = await authorizationCodeGrant(configuration, callback, checks);
      const user = githubUser.parse(await read(token, '/user'));
      const email = githubEmails.parse(await read(token, '/user/emails')).find((one) => one.primary && one.verified);
      return {
        subject: String(user.id),
        verifiedEmail: emailSchema.safeParse(email?.email).data ?? null,
        name: user.name || user.login,
        avatarUrl: picture(user.avatar_url),
      };
    },
  };
}

const made = new WeakMap<Config, readonly Provider[]>();

/** The providers that are configured. */
export function oauthProviders(config: Config): readonly Provider[] {
  const known = made.get(config);
  if (known) return known;
  const {
    GITHUB_CLIENT_ID: githubId,
    GITHUB_CLIENT_SECRET: githubSecret,
    GOOGLE_CLIENT_ID: googleId,
    GOOGLE_CLIENT_SECRET: googleSecret,
  } = config;
  const providers = [
    ...(githubId && githubSecret ? [github(config, githubId, githubSecret)] : []),
    ...(googleId && googleSecret ? [google(config, googleId, googleSecret)] : []),
  ];
  made.set(config, providers);
  return providers;
}

export function requireProvider(config: Config, name: string): Provider {
  const providers = oauthProviders(config);
  const provider = providers.find((one) => one.name === name);
  if (!provider)
    throw new AppError('not_found', `Signing in with ${inShort(name)} is not configured on this installation`, {
      resource: 'provider',
      id: inShort(name),
      configured: providers.map((one) => one.name),
    });
  return provider;
}
