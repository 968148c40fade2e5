import type { Router } from 'express';
import { confirmSignUp } from '../../accounts/index.ts';
import type { App } from '../../app.ts';
import {
  type AccessTokens,
  beginLink,
  confirmEmailChange,
  linkAsked,
  resetPassword,
  undoEmailChange,
  verifyEmail,
} from '../../identity/index.ts';
import { AppError } from '../../errors.ts';
import { onlyMethods } from '../../request/methods.ts';
import { type FormPage, formPages } from './form-page.ts';
import { secondStepPage } from './second-step.ts';
import { html, type Html, type Page } from './page.ts';

const done = (title: string, body: Html): Page => ({ title, body });

/** The pages behind the links in e-mails, for installations without a front end at APP_URL. */
export function accountPages(app: App, tokens: AccessTokens): Router {
  const pages: readonly FormPage[] = [
    secondStepPage(app, tokens),
    {
      path: '/verify-email',
      title: 'Verify your e-mail address',
      show: () => ({ text: html`<p>Press the button to verify that the address is yours.</p>`, button: 'Verify' }),
      submit: async ({ client, token }) => {
        await verifyEmail(app, client, token);
        return done('Your e-mail address is verified', html`<p>You can close this page.</p>`);
      },
    },
    {
      path: '/confirm-sign-up',
      title: 'Create your account',
      show: () => ({
        text: html`<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required autofocus><p>At least 8 characters with a letter and a number. You use it to sign in.</p>`,
        button: 'Create the account',
      }),
      submit: async ({ client, token, field }) => {
        await confirmSignUp(app, tokens, client, { token, password: field('password') });
        return done('Your account is ready', html`<p>Sign in with your e-mail address and this password.</p>`);
      },
    },
    {
      path: '/reset-password',
      title: 'Set a new password',
      show: () => ({
        text: html`<label for="password">New password</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required autofocus><p>At least 8 characters with a letter and a number. All your sessions end.</p>`,
        button: 'Set the password',
      }),
      submit: async ({ client, token, field }) => {
        await resetPassword(app, client, { token, password: field('password') });
        return done('Your password is set', html`<p>All sessions have ended; sign in with the new password.</p>`);
      },
    },
    {
      path: '/verify-email-change',
      title: 'Confirm your new e-mail address',
      show: () => ({
        text: html`<p>Press the button to use this address for your oCore account.</p>`,
        button: 'Confirm',
      }),
      submit: async ({ client, token }) => {
        await confirmEmailChange(app, client, token);
        return done('Your e-mail address is changed', html`<p>Sign in with the new address from now on.</p>`);
      },
    },
    {
      path: '/undo-email-change',
      title: 'Undo the change of your e-mail address',
      show: () => ({
        text: html`<p>Your account gets its former address back. All its sessions end, and so do its password, connected accounts, SSH
          keys and API keys, since somebody else may have put them there. Passkeys and two-factor authentication end only if they were
          added since the change was asked for. Then set a new password with “Forgot password”.</p>`,
        button: 'Undo the change',
      }),
      submit: async ({ client, token }) => {
        await undoEmailChange(app, client, token);
        return done(
          'Your previous e-mail address is restored',
          html`<p>Set a new password with “Forgot password”. Second factors from before the change are still active.</p>`,
        );
      },
    },
    {
      path: '/connect-account',
      title: 'Connect an account',
      show: async (token) => {
        const asked = await linkAsked(app, token);
        if (!asked) throw new AppError('unprocessable', 'This link has expired or was already used; start again');
        const { authorization_endpoint: target } = (await asked.provider.configuration()).serverMetadata();
        return {
          text: html`<p>Connect your ${asked.provider.title} account to the oCore account <strong>${asked.email}</strong>? Anyone who can sign in to that ${asked.provider.title} account can then sign in to your oCore account.</p><p>If this is not your oCore account, close this page.</p>`,
          button: `Continue to ${asked.provider.title}`,
          ...(target ? { formTarget: new URL(target).origin } : {}),
        };
      },
      submit: async ({ browser, token }) => ({ redirect: await beginLink(app, browser, token) }),
    },
  ];
  const router = formPages(app, pages);
  // The documented address: the page in front of the sign-in with the new address.
  const documented = router.route('/api/auth/verify-email-change');
  documented.get((request, response) => {
    response
      .setHeader('Referrer-Policy', 'no-referrer')
      .redirect(
        303,
        `/verify-email-change?${new URLSearchParams({ token: String(request.query['token'] ?? '') }).toString()}`,
      );
  });
  documented.all(onlyMethods('GET', 'HEAD'));
  return router;
}
