import './sign-in.css';

/** Who is signed in on this page, and in which organization. */
export interface Session {
  email: string;
  accessToken: string;
  organizations: readonly { slug: string; name: string }[];
  slug: string;
}

// The tab's own storage: closing the tab forgets the token.
const key = 'ocore.session';

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown, name: string): string {
  const found: unknown = isObject(value) ? Reflect.get(value, name) : undefined;
  return typeof found === 'string' ? found : '';
}

function listOf(value: unknown, name: string): unknown[] {
  const found: unknown = isObject(value) ? Reflect.get(value, name) : undefined;
  return Array.isArray(found) ? found : [];
}

function toSession(value: unknown, email: string, slug?: string): Session {
  const organizations = listOf(value, 'organizations').map((one) => ({ slug: textOf(one, 'slug'), name: textOf(one, 'name') }));
  return { email, accessToken: textOf(value, 'accessToken'), organizations, slug: slug || (organizations[0]?.slug ?? '') };
}

export function storedSession(): Session | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    return textOf(value, 'accessToken') ? toSession(value, textOf(value, 'email'), textOf(value, 'slug')) : null;
  } catch {
    return null;
  }
}

async function send(path: string, body: object): Promise<unknown> {
  const response = await fetch(`/api${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(textOf(isObject(answer) ? Reflect.get(answer, 'error') : undefined, 'message') || 'Signing in failed');
  return answer;
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** A bar that signs in, chooses the organization, and tells the page about both. */
export function signInBar(place: HTMLElement, title: string, onChange: (session: Session | null) => void): void {
  const change = (session: Session | null): void => {
    if (session) sessionStorage.setItem(key, JSON.stringify(session));
    else sessionStorage.removeItem(key);
    show(session);
    onChange(session);
  };
  const form = (): HTMLElement => {
    const email = element('input', { type: 'email', name: 'email', placeholder: 'E-mail', 'aria-label': 'E-mail', autocomplete: 'username', required: '' });
    const password = element('input', { type: 'password', name: 'password', placeholder: 'Password', 'aria-label': 'Password', autocomplete: 'current-password', required: '' });
    const button = element('button', { type: 'submit' }, 'Sign in');
    const problem = element('output', { role: 'alert' });
    const code = element('input', { name: 'code', placeholder: 'Code of your app', 'aria-label': 'Code of your app', autocomplete: 'one-time-code', hidden: '' });
    const made = element('form', {}, email, password, code, button, problem);
    let partialToken = '';
    const step = async (): Promise<void> => {
      const answer = await (partialToken ? send('/auth/login/2fa', { partialToken, code: code.value }) : send('/auth/login', { email: email.value, password: password.value }));
      if (textOf(answer, 'accessToken')) { change(toSession(answer, email.value)); return; }
      // The password was right; the account asks for a second factor.
      partialToken = textOf(answer, 'partialToken');
      for (const input of [email, password]) input.hidden = true;
      code.hidden = false;
      code.focus();
    };
    made.addEventListener('submit', (event) => {
      event.preventDefault();
      button.disabled = true;
      problem.textContent = '';
      step().catch((error: unknown) => { problem.textContent = error instanceof Error ? error.message : String(error); }).finally(() => { button.disabled = false; });
    });
    return made;
  };
  const signedIn = (session: Session): HTMLElement => {
    const choice = element('select', { 'aria-label': 'Organization' }, ...session.organizations.map((one) => element('option', { value: one.slug }, `${one.name} (${one.slug})`)));
    choice.value = session.slug;
    choice.addEventListener('change', () => change({ ...session, slug: choice.value }));
    const out = element('button', { type: 'button' }, 'Sign out');
    out.addEventListener('click', () => {
      // The session ends on the server too; the page forgets the token in any case.
      void fetch('/api/auth/logout', { method: 'POST', headers: { Authorization: `Bearer ${session.accessToken}` } }).catch(() => undefined);
      change(null);
    });
    return element('div', { class: 'who' }, element('span', {}, session.email), choice, out);
  };
  const show = (session: Session | null): void => {
    place.replaceChildren(element('a', { href: '/docs/', class: 'home' }, 'oCore'), element('strong', {}, title), session ? signedIn(session) : form());
  };
  show(storedSession());
}
