import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import { cookieText, readCookies } from './cookies.ts';
import { csrfTokenOf } from './csrf.ts';
import type { SignIn } from './sessions.ts';

/** Names that are addresses by themselves: no DNS server of anybody's can make them mean this installation. */
const isAddress = (hostname: string): boolean => hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) > 0;

/**
 * Pages of these origins may act in the name of who is signed in: that of APP_URL, those of CORS_ORIGINS, and our own by
 * whatever address it is reached. A page of another name that points here may be anybody's (DNS rebinding).
 */
export function isOwnOrigin(config: Config, headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) {
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    return (
      (url.host === host && isAddress(url.hostname)) ||
      url.origin === new URL(config.APP_URL).origin ||
      config.CORS_ORIGINS.includes(url.origin)
    );
  }
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** What a request has to do with a browser's cookies, and the way to set them in its response. */
export class Browser {
  readonly #config: Config;
  readonly #response: ServerResponse | null;
  /** `X-OCore-Session: cookie`: the session is to live in cookies, and no token is to be in the response. */
  readonly wantsCookies: boolean;
  /** The refresh cookie, when one of our own pages asks for it to be used. */
  readonly refreshToken: string | null;
  /** What binds an OAuth sign-in to the browser that began it. */
  readonly oauthSecret: string | null;

  constructor(config: Config, headers: IncomingHttpHeaders, response: ServerResponse | null) {
    this.#config = config;
    this.#response = response;
    const cookies = readCookies(config, headers.cookie);
    // No form, picture or link of another site can send this header.
    this.wantsCookies = response !== null && headers['x-ocore-session'] === 'cookie' && isOwnOrigin(config, headers);
    this.refreshToken = this.wantsCookies ? cookies.refresh : null;
    this.oauthSecret = cookies.oauth;
  }

  /** Hands a session over: as it is, or in cookies where the browser asked for that. */
  deliver(signIn: SignIn): DeliveredSignIn {
    if (!this.wantsCookies) return { ...signIn, csrfToken: null };
    return { ...signIn, csrfToken: this.keep(signIn), accessToken: null, refreshToken: null };
  }

  /** Sets the cookies of a session; gives its CSRF token. */
  keep(signIn: SignIn): string {
    const csrfToken = csrfTokenOf(this.#config, signIn.sessionId);
    this.#set('access', signIn.accessToken, signIn.expiresIn);
    this.#set('refresh', signIn.refreshToken, this.#config.REFRESH_EXPIRY);
    this.#set('csrf', csrfToken, this.#config.REFRESH_EXPIRY);
    return csrfToken;
  }

  keepOauthSecret(secret: string, seconds: number): void {
    this.#set('oauth', secret, seconds);
  }

  forget(): void {
    for (const name of ['access', 'refresh', 'csrf'] as const) this.#set(name, '', 0);
  }

  #set(name: 'access' | 'refresh' | 'csrf' | 'oauth', value: string, maxAge: number): void {
    this.#response?.appendHeader('Set-Cookie', cookieText(this.#config, name, value, maxAge));
  }
}

/** A session as its owner receives it; without tokens when they are in cookies. */
export type DeliveredSignIn = Omit<SignIn, 'accessToken' | 'refreshToken'> & {
  accessToken: string | null;
  refreshToken: string | null;
  csrfToken: string | null;
};
