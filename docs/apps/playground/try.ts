import { freshSession, signedFetch } from '../sign-in/fresh.ts';
import { type Known, newestOf } from '../sign-in/newest.ts';
import { onSession, storedSession } from '../sign-in/session.ts';
import { showAnswer } from './answer.ts';
import { bodyEditor } from './body.ts';
import { made } from './made.ts';
import { prepared } from './request.ts';
import { snippets } from './snippet.ts';

const languageKey = 'ocore.language';

/** Offers what the organization has beside the fields that name it. Nothing is filled in by itself: a request may delete. */
function offerIds(form: HTMLFormElement, newest: ReadonlyMap<string, Known>, changed: () => void): void {
  for (const input of form.querySelectorAll<HTMLInputElement>('input[data-names]')) {
    const known = newest.get(input.dataset['names'] ?? '');
    input.parentElement?.querySelector('.offer')?.remove();
    if (!known) continue;
    const use = made('button', 'offer', `Use ${known.name || known.id}`);
    use.type = 'button';
    use.addEventListener('click', () => {
      input.value = known.id;
      changed();
    });
    input.after(use);
  }
}

/** Makes the form of an operation send its request, and shows the same request as a program would send it. */
export function tryIt(form: HTMLFormElement): void {
  const find = <Type extends Element>(selector: string): Type => {
    const found = form.querySelector<Type>(selector);
    if (!found) throw new Error(`The page has no ${selector}`);
    return found;
  };
  const code = find<HTMLElement>('#snippet code');
  const tabs = find<HTMLElement>('.tabs');
  const send = find<HTMLButtonElement>('button[type=submit]');
  const stop = find<HTMLButtonElement>('#stop');
  const hint = find<HTMLElement>('#hint');
  const place = find<HTMLElement>('#answer');
  const needsUser = form.dataset['caller'] !== 'anyone';
  let language = localStorage.getItem(languageKey) ?? 'curl';

  const show = (): void => {
    const session = storedSession();
    const request = prepared(form, session?.slug ?? '');
    const all = snippets(request, location.origin, needsUser);
    if (!(language in all)) language = 'curl';
    code.textContent = all[language] ?? '';
    tabs.replaceChildren(
      ...Object.keys(all).map((name) => {
        const tab = made('button', '', name);
        tab.type = 'button';
        tab.setAttribute('role', 'tab');
        tab.ariaSelected = String(name === language);
        tab.addEventListener('click', () => {
          language = name;
          localStorage.setItem(languageKey, name);
          show();
          tabs.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
        });
        return tab;
      }),
    );
    const named = request.headers.some(([name]) => name === 'Authorization');
    hint.textContent = needsUser && !session && !named ? 'Sign in with the bar above first.' : '';
    const org = form.querySelector<HTMLInputElement>('#header-X-Org-Slug');
    if (org && session) org.placeholder = session.slug;
  };

  let running: AbortController | undefined;
  const run = async (): Promise<void> => {
    running?.abort();
    const abort = new AbortController();
    running = abort;
    stop.hidden = false;
    place.replaceChildren(made('p', 'soft', 'Waiting for the response …'));
    try {
      const slug = needsUser ? ((await freshSession())?.slug ?? '') : '';
      const { method, address, headers, body } = prepared(form, slug);
      const began = performance.now();
      const init = {
        method,
        headers: headers.filter(([, value]) => value),
        signal: abort.signal,
        ...(body ? { body } : {}),
      };
      const response = await (needsUser ? signedFetch(address, init) : fetch(address, init));
      await showAnswer(place, response, performance.now() - began, slug, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted)
        place.replaceChildren(made('p', 'bad', error instanceof Error ? error.message : String(error)));
      else if (running === abort) place.append(made('p', 'soft', 'Stopped.'));
    } finally {
      if (running === abort) stop.hidden = true;
    }
  };

  const fillBody = bodyEditor(form, show);
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit(send);
  });
  stop.addEventListener('click', () => running?.abort());

  const look = async (): Promise<void> => {
    const wanted = form.querySelector('input[data-names]') ?? form.querySelector('textarea');
    const session = wanted ? await freshSession() : null;
    const newest = session ? await newestOf(session) : new Map<string, Known>();
    offerIds(form, newest, show);
    fillBody(newest);
  };
  onSession((_session, why) => {
    show();
    if (why === 'changed') void look().catch(() => undefined);
  });
  show();
  void look().catch(() => undefined);
}
