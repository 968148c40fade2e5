import type { App } from '../../app.ts';
import { forgotPassword } from '../../identity/index.ts';
import { html } from '../../request/html-page.ts';
import { type FormPage, form } from './form-page.ts';
import { mailbox } from './sign-up.ts';

const title = 'Forgot your password?';

/** Says the same of every address, as the API does. */
export function forgotPasswordPage(app: App): FormPage {
  return {
    path: '/forgot-password',
    title,
    show: ({ field }) => ({
      title,
      body: html`${form(
        '/forgot-password',
        {},
        html`<p>You get an e-mail with a link to set a new password.</p><label for="email">E-mail address</label><input id="email" name="email" type="email" value="${field('email')}" autocomplete="username" maxlength="254" required autofocus>`,
        'Send the e-mail',
      )}<p><a href="/sign-in">Back to sign-in</a></p>`,
    }),
    submit: async ({ client, field }) => {
      await forgotPassword(app, client, field('email'));
      return {
        title: 'Set a new password',
        body: html`<p>If ${field('email')} has an account, an e-mail with a link has been sent there. The link is valid for one hour.</p>${mailbox(app)}`,
      };
    },
  };
}
