import { parseCookie, stringifySetCookie } from 'cookie';
import type { Config } from '../config.ts';

/** A browser's cookies. With https their names make the browser itself refuse them from anywhere but this very host. */
export interface CookieNames {
  access: string;
  refresh: string;
  csrf: string;
  oauth: string;
}

const plain: CookieNames = {
  access: 'ocore_access',
  refresh: 'ocore_refresh',
  csrf: 'ocore_csrf',
  oauth: 'ocore_oauth',
};
// __Host- demands Path=/, which the narrower two do not have.
const secure: CookieNames = {
  access: '__Host-ocore_access',
  refresh: '__Secure-ocore_refresh',
  csrf: '__Host-ocore_csrf',
  oauth: '__Secure-ocore_oauth',
};

const isSecure = (config: Pick<Config, 'APP_URL'>): boolean => config.APP_URL.startsWith('https:');

export function cookieNames(config: Pick<Config, 'APP_URL'>): CookieNames {
  return isSecure(config) ? secure : plain;
}

/** The refresh cookie goes only where it is needed; only the CSRF token is for the page's own script to read. */
const paths: CookieNames = { access: '/', refresh: '/api/auth', csrf: '/', oauth: '/api/auth/oauth' };

/** A Set-Cookie value; an empty one with age 0 takes the cookie away. */
export function cookieText(
  config: Pick<Config, 'APP_URL'>,
  name: keyof CookieNames,
  value: string,
  maxAge: number,
): string {
  return stringifySetCookie({
    name: cookieNames(config)[name],
    value,
    maxAge,
    path: paths[name],
    httpOnly: name !== 'csrf',
    sameSite: 'lax',
    secure: isSecure(config),
  });
}

export function readCookies(
  config: Pick<Config, 'APP_URL'>,
  header: string | undefined,
): Record<keyof CookieNames, string | null> {
  const given = parseCookie(header ?? '');
  const names = cookieNames(config);
  return {
    access: given[names.access] || null,
    refresh: given[names.refresh] || null,
    csrf: given[names.csrf] || null,
    oauth: given[names.oauth] || null,
  };
}
