/** Who is signed in on this page, and in which organization. */
export interface Session {
  email: string;
  accessToken: string;
  /** Good once: it gives new tokens when the access token has ended. */
  refreshToken: string;
  /** When the access token ends, by this clock. */
  expiresAt: number;
  organizations: readonly { slug: string; name: string }[];
  slug: string;
}

/** What a way of signing in gives: a session, or the ticket of the second step. */
export type SignedIn = { session: Session } | { partialToken: string };

// The tab's own storage: closing the tab forgets the token.
const key = 'ocore.session';

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function partOf(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

export function textOf(value: unknown, name: string): string {
  const found = partOf(value, name);
  return typeof found === 'string' ? found : '';
}

export function listOf(value: unknown, name: string): unknown[] {
  const found = partOf(value, name);
  return Array.isArray(found) ? found : [];
}

function numberOf(value: unknown, name: string): number {
  const found = partOf(value, name);
  return typeof found === 'number' ? found : 0;
}

function toSession(value: unknown, email: string, slug?: string): Session {
  const organizations = listOf(value, 'organizations').map((one) => ({
    slug: textOf(one, 'slug'),
    name: textOf(one, 'name'),
  }));
  return {
    email,
    accessToken: textOf(value, 'accessToken'),
    refreshToken: textOf(value, 'refreshToken'),
    expiresAt: numberOf(value, 'expiresAt') || Date.now() + numberOf(value, 'expiresIn') * 1000,
    organizations,
    slug: slug || (organizations[0]?.slug ?? ''),
  };
}

export function signedIn(answer: unknown): SignedIn {
  const partialToken = textOf(answer, 'partialToken');
  return partialToken ? { partialToken } : { session: toSession(answer, textOf(partOf(answer, 'user'), 'email')) };
}

export function storedSession(): Session | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    return textOf(value, 'accessToken') ? toSession(value, textOf(value, 'email'), textOf(value, 'slug')) : null;
  } catch {
    return null;
  }
}

type Why = 'changed' | 'refreshed' | 'expired';
type Listener = (session: Session | null, why: Why) => void;
const listeners = new Set<Listener>();

/** Tells of every change: somebody signs in or out or chooses an organization, the tokens are refreshed, the session has ended. */
export function onSession(listener: Listener): void {
  listeners.add(listener);
}

export function storeSession(session: Session | null, why: Why = 'changed'): void {
  if (session) sessionStorage.setItem(key, JSON.stringify(session));
  else sessionStorage.removeItem(key);
  for (const listener of listeners) listener(session, why);
}

/** The session that an answer with new tokens makes of the one before. */
export function refreshedSession(before: Session, answer: unknown): Session {
  const after = toSession(answer, before.email, before.slug);
  // Whoever was removed from the organization meanwhile works in another one.
  return after.organizations.some(({ slug }) => slug === before.slug) ? after : toSession(answer, before.email);
}

/** A refusal of the API. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, answer: unknown) {
    super(textOf(partOf(answer, 'error'), 'message') || 'Signing in failed');
    this.status = status;
  }
}

export async function send(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(
    `/api${path}`,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) },
  );
  const answer: unknown = await response.json();
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}
