import './bar.css';
import { passkeysWork, signInByPasskey } from './passkey.ts';
import { backFromProvider, goToProvider, returnFromProvider } from './provider.ts';
import { freshSession } from './fresh.ts';
import {
  listOf,
  onSession,
  type Session,
  type SignedIn,
  send,
  signedIn,
  storedSession,
  storeSession,
  textOf,
} from './session.ts';

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, text);
  made.addEventListener('click', onClick);
  return made;
}

/** The form of whoever is not signed in: password, passkey, and the providers of this installation; then the second step. */
function form(notice: string): HTMLElement {
  const email = element('input', {
    type: 'email',
    name: 'email',
    placeholder: 'E-mail',
    'aria-label': 'E-mail',
    autocomplete: 'username',
    required: '',
  });
  const password = element('input', {
    type: 'password',
    name: 'password',
    placeholder: 'Password',
    'aria-label': 'Password',
    autocomplete: 'current-password',
    required: '',
  });
  const code = element('input', {
    name: 'code',
    placeholder: 'Code from your app',
    'aria-label': 'Code from your app',
    autocomplete: 'one-time-code',
    hidden: '',
  });
  const submit = element('button', { type: 'submit' }, 'Sign in');
  const providers = element('span', {});
  const problem = element('output', { role: 'alert' }, notice);
  let partialToken: string | undefined;

  const attempt = async (way: () => Promise<SignedIn | null>): Promise<void> => {
    submit.disabled = true;
    try {
      const result = await way();
      if (!result) return;
      problem.textContent = '';
      if ('session' in result) return storeSession(result.session);
      partialToken = result.partialToken;
      for (const first of [email, password]) Object.assign(first, { hidden: true, required: false });
      providers.hidden = true;
      code.hidden = false;
      code.focus();
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      submit.disabled = false;
    }
  };

  const made = element(
    'form',
    {},
    email,
    password,
    code,
    submit,
    ...(passkeysWork
      ? [
          button('Passkey', () => {
            void attempt(() => signInByPasskey(partialToken));
          }),
        ]
      : []),
    providers,
    problem,
  );
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(async () =>
      signedIn(
        await (partialToken
          ? send('/auth/login/2fa', { partialToken, code: code.value })
          : send('/auth/login', { email: email.value, password: password.value })),
      ),
    );
  });
  void attempt(async () => {
    const back = await backFromProvider();
    if (!back)
      providers.append(
        ...listOf(await send('/auth/providers'), 'providers').map((one) =>
          button(textOf(one, 'title'), () => {
            void goToProvider(textOf(one, 'name'));
          }),
        ),
      );
    return back;
  });
  return made;
}

function who(session: Session): HTMLElement {
  const choice = element(
    'select',
    { 'aria-label': 'Organization' },
    ...session.organizations.map((one) => element('option', { value: one.slug }, `${one.name} (${one.slug})`)),
  );
  choice.value = session.slug;
  choice.addEventListener('change', () => {
    const now = storedSession();
    if (now) storeSession({ ...now, slug: choice.value });
  });
  const out = button('Sign out', () => {
    // The session ends on the server too; the page forgets the token in any case.
    void fetch('/api/auth/logout', {
      method: 'POST',
      headers: { Authorization: `Bearer ${storedSession()?.accessToken ?? ''}` },
    }).catch(() => undefined);
    storeSession(null);
  });
  return element('div', { class: 'who' }, element('span', {}, session.email), choice, out);
}

/** A bar that signs in, and chooses the organization. */
export function signInBar(place: HTMLElement, title: string): void {
  const show = (session: Session | null, notice = ''): void => {
    place.replaceChildren(
      element('a', { href: '/docs/', class: 'home' }, 'oCore'),
      element('strong', {}, title),
      session ? who(session) : form(notice),
    );
  };
  onSession((session, why) => {
    if (session && why === 'changed') returnFromProvider();
    if (why !== 'refreshed') show(session, why === 'expired' ? 'Your sign-in has expired. Sign in again.' : '');
  });
  show(storedSession());
  // A tab that slept for long learns at once whether its session still holds.
  const look = (): void => {
    if (!document.hidden) void freshSession().catch(() => undefined);
  };
  document.addEventListener('visibilitychange', look);
  look();
}
