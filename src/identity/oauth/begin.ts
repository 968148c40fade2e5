import { buildAuthorizationUrl, calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client';
import { z } from 'zod';
import { type Access, requirePerson } from '../../access/access.ts';
import type { App } from '../../app.ts';
import type { Prisma } from '../../database/database.ts';
import { AppError, validationError } from '../../errors.ts';
import type { Browser } from '../browser.ts';
import type { Client } from '../../access/client.ts';
import { pageLink } from '../letters.ts';
import { findToken, issueToken, takeToken } from '../one-time-tokens.ts';
import { requireRecent } from '../recent.ts';
import { hashToken } from '../tokens.ts';
import { wrongLink } from '../verification.ts';
import { type Provider, requireProvider } from './providers.ts';

const seconds = 10 * 60;

export const callbackUrl = (app: App, provider: Provider): string =>
  `${app.config.APP_URL.replace(/\/$/, '')}/api/auth/oauth/${provider.name}/callback`;

/** What the provider sends back in its ID token, so that a token of another sign-in is refused. */
export const nonceOf = (secret: string): string => hashToken(`nonce ${secret}`);

/**
 * Where to send the browser. Its secret stays in its cookie and is the PKCE verifier, too: the state alone, which the
 * provider and its logs see, is worth nothing in another browser, and neither is what the database holds.
 */
async function authorize(
  app: App,
  browser: Browser,
  provider: Provider,
  about: { userId?: string; data: Prisma.InputJsonObject },
): Promise<string> {
  const configuration = await provider.configuration().catch((error: unknown) => {
    app.log.warn({ err: error, provider: provider.name }, 'A sign-in provider is not responding');
    throw new AppError(
      'service_unavailable',
      `${provider.title} is not responding; try again, or use another sign-in method`,
    );
  });
  const secret = randomPKCECodeVerifier();
  const state = await issueToken(app.db.prisma, 'oauth', seconds, {
    ...about,
    data: { ...about.data, provider: provider.name, browser: hashToken(secret) },
  });
  browser.keepOauthSecret(secret, seconds);
  return buildAuthorizationUrl(configuration, {
    redirect_uri: callbackUrl(app, provider),
    scope: provider.scope,
    state,
    code_challenge: await calculatePKCECodeChallenge(secret),
    code_challenge_method: 'S256',
    ...(provider.isOpenId ? { nonce: nonceOf(secret) } : {}),
  }).href;
}

/** GraphiQL and the playground of this installation sign in as programs do. */
const isOwnPage = (app: App, address: string): boolean =>
  ['/graphql', '/docs/api'].some((path) => address === app.config.APP_URL.replace(/\/$/, '') + path);
const isOnThisMachine = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);

export const programInput = z.object({
  redirectUri: z.url().max(2048),
  codeChallenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the base64url SHA-256 of the verifier'),
});

export interface BeginInput {
  provider: string;
  flow?: string | null | undefined;
  redirectUri?: string | null | undefined;
  codeChallenge?: string | null | undefined;
  /** The page of oCore to go on to, for a sign-in that began on one. */
  next?: string | null;
}

/** Begins a sign-in, or the linking of an account. A program on the person's machine names where it listens, and gets a code there (RFC 8252). */
export async function beginOauth(
  app: App,
  access: Access,
  client: Client,
  browser: Browser,
  input: BeginInput,
): Promise<string> {
  const provider = requireProvider(app.config, input.provider);
  if (input.flow === 'link') return linkUrl(app, access, client, { provider: input.provider });
  if (input.flow && input.flow !== 'login')
    throw validationError([{ field: 'flow', constraint: 'one_of', message: 'flow must be login or link' }]);
  if (!input.redirectUri && !input.codeChallenge) {
    const data = { flow: 'login', ...(input.next ? { next: input.next } : {}) };
    return authorize(app, browser, provider, { data });
  }
  const given = programInput.safeParse(input);
  if (!given.success)
    throw validationError(
      given.error.issues.map((issue) => ({
        field: issue.path.join('.').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        constraint: 'format',
        message: issue.message,
      })),
    );
  if (!isOnThisMachine(new URL(given.data.redirectUri)) && !isOwnPage(app, given.data.redirectUri)) {
    throw validationError([
      {
        field: 'redirect_uri',
        constraint: 'format',
        message: 'redirect_uri must be an http URL of this machine (127.0.0.1, [::1] or localhost)',
      },
    ]);
  }
  return authorize(app, browser, provider, { data: { flow: 'login', ...given.data } });
}

/**
 * The address of a page that asks whether to link, for whoever is signed in: a browser opens it, also for a client with
 * a bearer token. The page is there so that nobody's browser can be led through it unseen.
 */
export async function linkUrl(
  app: App,
  access: Access,
  client: Client,
  input: { provider: string; password?: string | null | undefined },
): Promise<string> {
  const { sessionId } = requirePerson(access);
  const provider = requireProvider(app.config, input.provider);
  const user = await requireRecent(app, access, client, { password: input.password });
  return pageLink(
    app.config,
    'connect-account',
    await issueToken(app.db.prisma, 'link_account', seconds, {
      userId: user.id,
      data: { provider: provider.name, sessionId },
    }),
  );
}

const link = z.object({ provider: z.string(), sessionId: z.uuid() });

/** What the page shows: whose account is to be linked with what. */
export async function linkAsked(app: App, token: string): Promise<{ email: string; provider: Provider } | null> {
  const row = await findToken(app.db.prisma, 'link_account', token);
  const user = row?.userId ? await app.db.prisma.user.findUnique({ where: { id: row.userId } }) : null;
  return row && user
    ? { email: user.email, provider: requireProvider(app.config, link.parse(row.data).provider) }
    : null;
}

/** The person said yes on the page: on to the provider. */
export async function beginLink(app: App, browser: Browser, token: string): Promise<string> {
  const row = await app.db.prisma.$transaction((tx) => takeToken(tx, 'link_account', token));
  if (!row?.userId) throw wrongLink();
  const { provider, sessionId } = link.parse(row.data);
  return authorize(app, browser, requireProvider(app.config, provider), {
    userId: row.userId,
    data: { flow: 'link', sessionId },
  });
}
