import { Refusal, refreshedSession, type Session, send, storedSession, storeSession } from './session.ts';

/** An access token that ends so soon is refreshed before it is sent. */
const soon = 60_000;

// A tab that was duplicated holds the same refresh token, which is good once: whoever uses it tells the others.
const tabs = new BroadcastChannel('ocore.session');
tabs.addEventListener('message', ({ data }: MessageEvent<{ used: string; answer: unknown }>) => {
  const session = storedSession();
  if (session && session.refreshToken === data.used) storeSession(refreshedSession(session, data.answer), 'refreshed');
});

async function refresh(stale: Session): Promise<Session | null> {
  const session = storedSession();
  // Somebody else was quicker.
  if (session?.accessToken !== stale.accessToken) return session;
  try {
    const answer = await send('/auth/refresh', { refreshToken: session.refreshToken });
    const fresh = refreshedSession(session, answer);
    storeSession(fresh, 'refreshed');
    tabs.postMessage({ used: session.refreshToken, answer });
    return fresh;
  } catch (error) {
    // Only a refusal ends the session; a gateway that restarts does not.
    if (!(error instanceof Refusal) || error.status >= 429) throw error;
    storeSession(null, 'expired');
    return null;
  }
}

/** One at a time, in all tabs where the browser has locks (https and localhost). */
function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request('ocore-refresh', async () => {
    const result = await work();
    // The other tabs read what was told before they get the lock.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return result;
  });
}

let running: Promise<Session | null> | undefined;

function refreshOnce(stale: Session): Promise<Session | null> {
  running ??= alone(() => refresh(stale)).finally(() => {
    running = undefined;
  });
  return running;
}

/** The session with a token that still holds for a while; null when nobody is signed in, or no longer. */
export async function freshSession(): Promise<Session | null> {
  const session = storedSession();
  return session && session.expiresAt - Date.now() < soon ? refreshOnce(session) : session;
}

/** What to do after a token was refused: the session with another one, or null because the session has ended. */
export async function sessionAfterRefusal(refused: string): Promise<Session | null> {
  const session = storedSession();
  return session?.accessToken === refused ? refreshOnce(session) : session;
}

const isRefusal = /^\{"errors?":.*"code":"(unauthenticated|token_expired)"/s;

/** Sends a request as whoever is signed in, unless it has a token of its own; once more when its token has just ended. */
export async function signedFetch(address: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const session = headers.has('authorization') ? null : await freshSession();
  if (!session) return fetch(address, { ...init, headers });
  headers.set('authorization', `Bearer ${session.accessToken}`);
  const response = await fetch(address, { ...init, headers });
  if (!response.headers.get('content-type')?.includes('json')) return response;
  // GraphQL refuses with status 200.
  const text = await response.text();
  const asItCame = new Response(text || null, response);
  if (!isRefusal.test(text)) return asItCame;
  const next = await sessionAfterRefusal(session.accessToken);
  if (!next) return asItCame;
  headers.set('authorization', `Bearer ${next.accessToken}`);
  return fetch(address, { ...init, headers });
}
