import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../../schema/context.ts';
import { type Access, anonymous } from '../access/access.ts';
import { authenticate, bearerOf } from '../access/authenticate.ts';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { type AccessTokens, Browser } from '../identity/index.ts';
import { type CookieCredential, cookieCredential, requireGenuine } from './cookie-credential.ts';

const given = /^[A-Za-z0-9._-]{8,64}$/;

/** The caller's request id where it is harmless, else one of ours; it goes into every log line, audit row and job. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const value = headers['x-request-id'];
  return typeof value === 'string' && given.test(value) ? value : `req_${randomBytes(12).toString('base64url')}`;
}

function single(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

export interface Credentials {
  authorization: string | null;
  /** A browser's; it counts only without an Authorization header. */
  cookie: CookieCredential | null;
  orgSlug: string | null;
  browser: (response: ServerResponse | null) => Browser;
}

export function credentialsOf(config: Config, request: IncomingMessage): Credentials {
  const { headers } = request;
  return {
    authorization: single(headers.authorization), orgSlug: single(headers['x-org-slug']), cookie: cookieCredential(config, request, single(headers['x-csrf-token'])),
    browser: (response) => new Browser(config, headers, response),
  };
}

/** The context of one operation; its permissions are read from the database now. */
export async function contextOf(app: App, tokens: AccessTokens, credentials: Credentials, client: Context['client'], response: ServerResponse | null): Promise<Context> {
  const { authorization, cookie, orgSlug } = credentials;
  const token = bearerOf(authorization) ?? cookie?.token ?? null;
  const reauthenticate = async (): Promise<Access> => authenticate(app.db.pool, tokens, { token, orgSlug, ipAddress: client.ipAddress, verifiedOnly: app.config.REQUIRE_VERIFIED_EMAIL });
  const first = async (): Promise<Access> => {
    if (authorization !== null || cookie === null) return reauthenticate();
    try {
      requireGenuine(app.config, cookie, (await tokens.verify(cookie.token)).sid);
      return await reauthenticate();
    } catch (error) {
      // Browsers send cookies without being asked, also to what needs none: an old one must not keep anyone from signing in.
      if (error instanceof AppError) return { ...anonymous, refused: error };
      throw error;
    }
  };
  return { app, tokens, access: await first(), client, reauthenticate, browser: credentials.browser(response) };
}

/** Where the pages about errors are: APP_URL where it was given, else the address that the request came to. */
function originOf(config: Config, host: string | null | undefined): string {
  if (config.hasAppUrl || !host || !/^[\w.:[\]-]+$/.test(host)) return config.APP_URL.replace(/\/$/, '');
  return `http://${host}`;
}

export function docUrlOf(config: Config, host: string | null | undefined, code: string): string {
  return `${originOf(config, host)}/docs/errors/${code}`;
}
