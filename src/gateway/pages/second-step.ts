import { type AccessTokens, loginSecondFactor } from '../../identity/index.ts';
import type { App } from '../../app.ts';
import { html, type Page } from '../../request/html-page.ts';
import { type FormPage, form } from './form-page.ts';
import { ownPath } from './own-path.ts';
import { passkeyButton, passkeyScript } from './passkey.ts';

const title = 'Second step';

/**
 * Asks for the second step of a sign-in, with its ticket. Without `next` it is one with a provider that another front end
 * began: it goes on there.
 */
export function secondStep(app: Pick<App, 'config'>, ticket: string, next: string | null = null): Page {
  const code = html`<label for="code">Code from your authenticator app, or a recovery code</label><input id="code" name="code" autocomplete="one-time-code" maxlength="64" required autofocus>`;
  return {
    title,
    body: html`${form('/login/2fa', { token: ticket, next: next ?? '' }, code, 'Sign in')}${passkeyButton({ ticket, next: next ?? app.config.APP_URL }, 'Use a passkey instead')}`,
    formTarget: new URL(app.config.APP_URL).origin,
    script: passkeyScript(),
  };
}

export function secondStepPage(app: App, tokens: AccessTokens): FormPage {
  return {
    path: '/login/2fa',
    isOfSession: true,
    title,
    show: ({ token, next }) => secondStep(app, token, next),
    submit: async ({ browser, client, token, field }) => {
      browser.keep(await loginSecondFactor(app, tokens, client, { code: field('code'), partialToken: token }));
      return { redirect: ownPath(field('next')) ?? new URL(app.config.APP_URL).href };
    },
    wayOn: html`<p><a href="/sign-in">Start again</a></p>`,
  };
}
