import type { App } from '../../app.ts';
import { type AccessTokens, loginSecondFactor } from '../../identity/index.ts';
import type { FormPage } from './form-page.ts';
import { html } from './page.ts';

/** The second step after a sign-in with a provider, which has no front end of its own to come back to. */
export function secondStepPage(app: App, tokens: AccessTokens): FormPage {
  const home = new URL(app.config.APP_URL);
  return {
    path: '/login/2fa',
    title: 'Second step',
    show: () => ({
      text: html`<label for="code">Code from your authenticator app, or a recovery code</label><input id="code" name="code" autocomplete="one-time-code" maxlength="64" required autofocus>`,
      button: 'Sign in',
      formTarget: home.origin,
    }),
    submit: async ({ browser, client, token, field }) => {
      browser.keep(await loginSecondFactor(app, tokens, client, { code: field('code'), partialToken: token }));
      return { redirect: home.href };
    },
  };
}
