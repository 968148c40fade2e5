/** Who is signed in on this page, and in which organization. */
export interface Session {
  email: string;
  accessToken: string;
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

function toSession(value: unknown, email: string, slug?: string): Session {
  const organizations = listOf(value, 'organizations').map((one) => ({
    slug: textOf(one, 'slug'),
    name: textOf(one, 'name'),
  }));
  return {
    email,
    accessToken: textOf(value, 'accessToken'),
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

export function storeSession(session: Session | null): void {
  if (session) sessionStorage.setItem(key, JSON.stringify(session));
  else sessionStorage.removeItem(key);
}

export async function send(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(
    `/api${path}`,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) },
  );
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(textOf(partOf(answer, 'error'), 'message') || 'Signing in failed');
  return answer;
}
