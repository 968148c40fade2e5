import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../../schema/context.ts';
import { type Access, anonymous } from '../access/access.ts';
import { authenticate, bearerOf } from './authenticate.ts';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { maintenanceRefusal } from '../settings/index.ts';
import { type AccessTokens, Browser } from '../identity/index.ts';
import { type CookieCredential, cookieCredential, requireGenuine } from './cookie-credential.ts';
import { docUrlOf } from './public-error.ts';
import { countRequest } from './quota.ts';

function single(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

export interface Credentials {
  authorization: string | null;
  /** A browser's; it counts only without an Authorization header. */
  cookie: CookieCredential | null;
  orgSlug: string | null;
  /** What the request was sent to: links lead there, unless APP_URL says where. */
  host: string | null;
  browser: (response: ServerResponse | null) => Browser;
}

export function credentialsOf(config: Config, request: IncomingMessage): Credentials {
  const { headers } = request;
  return {
    authorization: single(headers.authorization),
    orgSlug: single(headers['x-org-slug']),
    host: headers.host ?? null,
    cookie: cookieCredential(config, request, single(headers['x-csrf-token'])),
    browser: (response) => new Browser(config, headers, response),
  };
}

/** Administrators pass: it is they who work on the installation, and who set up the second factor that they need. */
function duringMaintenance({ settings }: App, access: Access): Access {
  const isAdmin = access.isAdmin || access.adminRefused !== undefined;
  const frozen = isAdmin ? undefined : maintenanceRefusal(settings.current);
  return frozen ? { ...access, frozen } : access;
}

/** Whoever looks at a response sees that it is not the person's own doing. Names are not always what a header can hold. */
function tellImpersonation({ impersonator }: Access, response: ServerResponse | null): void {
  if (!impersonator || !response || response.headersSent) return;
  response.setHeader('X-Impersonated-By', encodeURIComponent(impersonator.name));
}

/**
 * The context of one operation; its permissions are read from the database now. Counts the request against the quota of
 * who it comes from, and says so in the response's headers where there is one.
 */
export async function contextOf(
  app: App,
  tokens: AccessTokens,
  credentials: Credentials,
  client: Context['client'],
  response: ServerResponse | null,
): Promise<Context> {
  const { authorization, cookie, orgSlug } = credentials;
  const ask = async (): Promise<Access> => {
    const access = await authenticate(app.db.pool, tokens, {
      token: bearerOf(authorization) ?? cookie?.token ?? null,
      orgSlug,
      ipAddress: client.ipAddress,
      verifiedOnly: app.config.REQUIRE_VERIFIED_EMAIL,
    });
    return duringMaintenance(app, access);
  };
  const first = async (): Promise<Access> => {
    try {
      if (authorization === null && cookie !== null)
        requireGenuine(app.config, cookie, (await tokens.verify(cookie.token)).sid);
      return await ask();
    } catch (error) {
      // Clients send an old token, and browsers an old cookie, also to what needs none: it must not keep anyone from signing in.
      if (error instanceof AppError) return duringMaintenance(app, { ...anonymous, refused: error });
      throw error;
    }
  };
  const access = await first();
  tellImpersonation(access, response);
  // Who tries tokens is counted like who has none.
  countRequest(app, access, client, response);
  const reauthenticate = async (): Promise<Access> => {
    const now = await ask();
    // A slug that was given up may lead to another organization by now.
    if (now.org?.id !== access.org?.id)
      throw (
        now.orgRefused ??
        new AppError('not_found', 'The organization has a new slug or no longer exists', {
          resource: 'organization',
          slug: orgSlug,
        })
      );
    return now;
  };
  const docUrl = (code: string): string => docUrlOf(app.config, credentials.host, code);
  const { actor } = access;
  const who = actor?.administrator ? { ...client, administrator: actor.administrator } : client;
  return { app, tokens, access, client: who, reauthenticate, browser: credentials.browser(response), docUrl };
}
