import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { isCsrfToken, isOwnOrigin, readCookies } from '../identity/index.ts';

/** An access token that a browser sent by itself, with what shows whose page made it do so. */
export interface CookieCredential {
  token: string;
  csrfToken: string | null;
  ownOrigin: boolean;
  /** It only reads, and no other site's page gets to see the response. */
  readsOnly: boolean;
  isNavigation: boolean;
}

export function cookieCredential(
  config: Config,
  request: IncomingMessage,
  csrfToken: string | null,
): CookieCredential | null {
  const { headers, method = 'GET' } = request;
  const token = readCookies(config, headers.cookie).access;
  if (token === null) return null;
  return {
    token,
    csrfToken,
    ownOrigin: isOwnOrigin(config, headers),
    readsOnly: ['GET', 'HEAD'].includes(method) && headers.upgrade === undefined,
    isNavigation: headers['sec-fetch-mode'] === 'navigate',
  };
}

/**
 * Cookies travel with whatever any page makes the browser send. What changes something must come from one of our pages
 * and carry the session's own token, which other sites cannot read; what only reads may also be a link that was followed.
 */
export function requireGenuine(config: Config, cookie: CookieCredential, sessionId: string): void {
  if (!cookie.ownOrigin && !(cookie.readsOnly && cookie.isNavigation))
    throw new AppError('forbidden', 'A page of another origin may not use the session in the cookies', {
      constraint: 'origin',
    });
  if (!cookie.readsOnly && !isCsrfToken(config, sessionId, cookie.csrfToken)) {
    throw new AppError(
      'forbidden',
      'With the session in cookies, send the value of the cookie ocore_csrf as X-CSRF-Token',
      { constraint: 'csrf', header: 'X-CSRF-Token' },
    );
  }
}
