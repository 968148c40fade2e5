import type { Router } from 'express';
import { confirmSignUp } from '../../accounts/index.ts';
import type { App } from '../../app.ts';
import {
  type AccessTokens,
  beginLink,
  confirmEmailChange,
  linkAsked,
  resendVerification,
  resetPassword,
  undoEmailChange,
  verifyEmail,
} from '../../identity/index.ts';
import { AppError } from '../../errors.ts';
import { html, type Html, type Page } from '../../request/html-page.ts';
import { onlyMethods } from '../../request/methods.ts';
import { forgotPasswordPage } from './forgot-password.ts';
import { type FormPage, form, formPages } from './form-page.ts';
import { joinPage } from './join.ts';
import { secondStepPage } from './second-step.ts';
import { providerStart, signInPages } from './sign-in.ts';
import { mailbox, passwordField, signUpPage } from './sign-up.ts';
import { requireSignedIn, type Visit } from './visit.ts';

const done = (title: string, body: Html): Page => ({ title, body });
const signIn = html`<p><a class="button" href="/sign-in">Sign in</a></p>`;
const start = html`<p><a class="button" href="/">Continue</a></p>`;

interface LinkPage extends Pick<FormPage, 'path' | 'title' | 'submit' | 'wayOn'> {
  text: Html;
  button: string;
}

/** The page behind the link of an e-mail: a text, and a button that uses the link's token. */
const linkPage = ({ text, button, ...page }: LinkPage): FormPage => ({
  ...page,
  show: ({ token, next }: Visit) => ({
    title: page.title,
    body: form(page.path, { token, next: next ?? '' }, text, button),
  }),
});

/** The pages of accounts: sign-in and sign-up, and those behind the links in e-mails, for installations without a front end at APP_URL. */
export function accountPages(app: App, tokens: AccessTokens): Router {
  const pages: readonly FormPage[] = [
    ...signInPages(app, tokens),
    secondStepPage(app, tokens),
    signUpPage(app, tokens),
    forgotPasswordPage(app),
    joinPage(app),
    linkPage({
      path: '/verify-email',
      title: 'Verify your e-mail address',
      text: html`<p>Press the button to verify that the address is yours.</p>`,
      button: 'Verify',
      submit: async ({ client, token }) => {
        await verifyEmail(app, client, token);
        return done('Your e-mail address is verified', start);
      },
      wayOn: html`<p><a href="/resend-verification">Request a new e-mail</a></p>`,
    }),
    {
      path: '/resend-verification',
      title: 'Verify your e-mail address',
      show: ({ csrf, access }) => {
        requireSignedIn({ access });
        const text = html`<p>You get a new e-mail with a link. Only the link in the latest e-mail works.</p>`;
        return done('Verify your e-mail address', form('/resend-verification', { csrf }, text, 'Send the e-mail'));
      },
      submit: async ({ access, client }) => {
        await resendVerification(app, client, requireSignedIn({ access }).userId);
        return done('The e-mail has been sent', mailbox(app));
      },
      wayOn: html`<p><a class="button" href="/sign-in?next=/resend-verification">Sign in</a></p>`,
    },
    linkPage({
      path: '/confirm-sign-up',
      title: 'Create your account',
      text: html`<p>Set the password with which you sign in.</p>${passwordField()}`,
      button: 'Create the account',
      submit: async ({ client, browser, token, field, next }) => {
        browser.keep(await confirmSignUp(app, tokens, client, { token, password: field('password') }));
        return done(
          'Your account is ready',
          html`<p>You are signed in.</p><p><a class="button" href="${next ?? '/'}">Continue</a></p>`,
        );
      },
      wayOn: html`<p><a href="/sign-up">Sign up again</a></p>`,
    }),
    linkPage({
      path: '/reset-password',
      title: 'Set a new password',
      text: html`<p>All your sessions end.</p>${passwordField('New password')}`,
      button: 'Set the password',
      submit: async ({ client, token, field }) => {
        await resetPassword(app, client, { token, password: field('password') });
        return done(
          'Your password is set',
          html`<p>All sessions have ended; sign in with the new password.</p>${signIn}`,
        );
      },
      wayOn: html`<p><a href="/forgot-password">Request a new e-mail</a></p>`,
    }),
    linkPage({
      path: '/verify-email-change',
      title: 'Confirm your new e-mail address',
      text: html`<p>Press the button to use this address for your oCore account.</p>`,
      button: 'Confirm',
      submit: async ({ client, token }) => {
        await confirmEmailChange(app, client, token);
        return done('Your e-mail address is changed', html`<p>Sign in with the new address from now on.</p>${start}`);
      },
    }),
    linkPage({
      path: '/undo-email-change',
      title: 'Undo the change of your e-mail address',
      text: html`<p>Your account gets its former address back. All its sessions end, and so do its password, connected accounts, SSH
          keys and API keys, since somebody else may have put them there. Passkeys and two-factor authentication end only if they were
          added since the change was asked for. Then set a new password with “Forgot password”.</p>`,
      button: 'Undo the change',
      submit: async ({ client, token }) => {
        await undoEmailChange(app, client, token);
        return done(
          'Your previous e-mail address is restored',
          html`<p>Second factors from before the change are still active. Your account has no password now:</p><p><a class="button" href="/forgot-password">Set a new password</a></p>`,
        );
      },
    }),
    {
      path: '/connect-account',
      title: 'Connect an account',
      show: async ({ token }) => {
        const asked = await linkAsked(app, token);
        if (!asked) throw new AppError('unprocessable', 'This link has expired or was already used; start again');
        const { authorization_endpoint: target } = (await asked.provider.configuration()).serverMetadata();
        const text = html`<p>Connect your ${asked.provider.title} account to the oCore account <strong>${asked.email}</strong>? Anyone who can sign in to that ${asked.provider.title} account can then sign in to your oCore account.</p><p>If this is not your oCore account, close this page.</p>`;
        return {
          title: 'Connect an account',
          body: form('/connect-account', { token }, text, `Continue to ${asked.provider.title}`),
          ...(target ? { formTarget: new URL(target).origin } : {}),
        };
      },
      submit: async ({ browser, token }) => ({ redirect: await beginLink(app, browser, token) }),
    },
  ];
  const router = formPages(app, tokens, pages);
  router.use(providerStart(app, tokens));
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
