import { passkeysWork, signInByPasskey } from '../sign-in/passkey.ts';

const button = document.querySelector<HTMLButtonElement>('#passkey');
const problem = document.querySelector<HTMLElement>('#problem');

/** Signs in with cookies, as the page's form does, and goes on to where the page says. */
async function signIn({ dataset }: HTMLButtonElement): Promise<void> {
  await signInByPasskey(dataset['ticket'] || undefined, { 'X-OCore-Session': 'cookie' });
  location.assign(dataset['next'] ?? '/');
}

if (button && passkeysWork) {
  button.hidden = false;
  button.addEventListener('click', () => {
    button.disabled = true;
    if (problem) problem.hidden = true;
    signIn(button).catch((error: unknown) => {
      button.disabled = false;
      if (!problem) return;
      problem.textContent = error instanceof Error ? error.message : String(error);
      problem.hidden = false;
    });
  });
}
