import { partOf, send, type SignedIn, signedIn, textOf } from './session.ts';

// What proves that this tab began the sign-in; the code that comes back is worth nothing without it.
const key = 'ocore.verifier';
const cameFrom = 'ocore.came-from';
// Codes come to these pages alone; the pages of the playground's operations are below the second.
const landings = ['/graphql', '/docs/api'];

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Leaves the page for the provider, as a program does (RFC 7636); it comes back with a code. */
export async function goToProvider(provider: string): Promise<void> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  sessionStorage.setItem(key, verifier);
  sessionStorage.setItem(cameFrom, location.pathname + location.hash);
  const landing = landings.find((path) => location.pathname.startsWith(path)) ?? location.pathname;
  const query = new URLSearchParams({
    redirect_uri: `${location.origin}${landing}`,
    code_challenge: base64url(digest),
  });
  location.assign(`/api/auth/oauth/${provider}?${query}`);
}

/** Trades the code in the page's address, if there is one. */
export async function backFromProvider(): Promise<SignedIn | null> {
  const code = new URLSearchParams(location.search).get('code');
  const codeVerifier = sessionStorage.getItem(key);
  if (!code || !codeVerifier) return null;
  sessionStorage.removeItem(key);
  // The code is good once: it does not stay in the address.
  history.replaceState(null, '', location.pathname + location.hash);
  const answer = await send('/auth/oauth/exchange', { code, codeVerifier });
  return textOf(answer, 'partialToken') ? signedIn(answer) : signedIn(partOf(answer, 'session'));
}

/** Back to the page on which the sign-in began. */
export function returnFromProvider(): void {
  const page = sessionStorage.getItem(cameFrom);
  sessionStorage.removeItem(cameFrom);
  if (page?.startsWith('/docs/api/')) location.replace(page);
}
