import type { IncomingMessage } from 'node:http';

/** Headers that a page of another site cannot send without a preflight, which only CORS_ORIGINS may pass. */
const askedFirst = ['authorization', 'x-org-slug', 'x-csrf-token', 'x-requested-with', 'graphql-require-preflight'];
const simpleTypes = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/**
 * Whether a page of another site could have made the user's browser send this request, cookies and all, without asking
 * first: a form, a picture, a link. Whoever honours cookies must not let such a request change or run anything.
 */
export function couldBeForged(request: IncomingMessage): boolean {
  const { headers, method = 'GET' } = request;
  if (!['GET', 'HEAD', 'POST'].includes(method)) return false;
  // Browsers say this themselves, and no page can change it.
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return false;
  if (askedFirst.some((name) => headers[name] !== undefined)) return false;
  const type = headers['content-type'];
  return method !== 'POST' || type === undefined || simpleTypes.test(type);
}
