import { type Request, type Response, Router } from 'express';
import type { App } from '../../app.ts';
import { AppError } from '../../errors.ts';
import { type AccessTokens, beginOauth, login, logout, oauthProviders, refresh } from '../../identity/index.ts';
import { html, type Html, type Page } from '../../request/html-page.ts';
import { onlyMethods } from '../../request/methods.ts';
import { limitAddress } from '../../request/quota.ts';
import { type FormPage, form, sendErrorPage } from './form-page.ts';
import { withQuery } from './own-path.ts';
import { passkeyButton, passkeyScript } from './passkey.ts';
import { secondStep } from './second-step.ts';
import { personOf, requireSignedIn, type Visit, visitOf } from './visit.ts';

/** A button for each provider of this installation. */
export function providerButtons({ app, next }: Visit): readonly Html[] {
  return oauthProviders(app.config).map(
    ({ name, title }) =>
      html`<a class="button quiet" href="${withQuery(`/sign-in/${name}`, { next: next ?? '' })}">Continue with ${title}</a>`,
  );
}

/** What stands above the form: somebody is signed in, or was until the short half of the session ended. */
function standing(visit: Visit): Html | string {
  const next = visit.next ?? '/';
  const person = personOf(visit);
  if (person)
    return html`<div class="note"><p>You are signed in as ${person.name}. <a href="${next}">Continue</a>, or sign in with another account.</p></div>`;
  if (!visit.wasSignedIn) return '';
  return html`<div class="note"><p>You were signed in here before.</p>${form('/api/auth/continue', { next }, html``, 'Continue')}</div>`;
}

function show(visit: Visit): Page {
  const { field, csrf } = visit;
  const next = visit.next ?? '/';
  const email = field('email');
  const focus = html` autofocus`;
  const fields = html`<label for="email">E-mail address</label><input id="email" name="email" type="email" value="${email}" autocomplete="username" maxlength="254" required${email ? '' : focus}>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required${email ? focus : ''}>`;
  return {
    title: 'Sign in',
    body: html`${standing(visit)}${form('/sign-in', { csrf, next }, fields, 'Sign in')}
<div class="row">${passkeyButton({ next }, 'Use a passkey')}${providerButtons(visit)}</div>
<p><a href="${withQuery('/forgot-password', { email })}">Forgot your password?</a></p>
<p>No account yet? <a href="${withQuery('/sign-up', { next: visit.next ?? '' })}">Sign up</a></p>`,
    script: passkeyScript(),
  };
}

export function signInPages(app: App, tokens: AccessTokens): readonly FormPage[] {
  return [
    {
      path: '/sign-in',
      isOfSession: true,
      title: 'Sign in',
      show,
      submit: async ({ client, browser, field, next }) => {
        const input = { email: field('email'), password: field('password') };
        const done = await login(app, tokens, client, input);
        if ('partialToken' in done) return secondStep(app, done.partialToken, next ?? '/');
        browser.keep(done);
        return { redirect: next ?? '/' };
      },
    },
    {
      path: '/sign-out',
      isOfSession: true,
      title: 'Sign out',
      show: ({ csrf, next }) => ({
        title: 'Sign out',
        body: form(
          '/sign-out',
          { csrf, next: next ?? '' },
          html`<p>Your session in this browser ends.</p>`,
          'Sign out',
        ),
      }),
      submit: async (visit) => {
        const { client, browser, access, next } = visit;
        const person = personOf(visit);
        if (person) await logout(app, person.sessionId, client);
        else if (access.refused?.code === 'forbidden') requireSignedIn(visit);
        browser.forget();
        return { redirect: next ?? '/' };
      },
    },
    {
      // Below the only path to which browsers send the long half of a session.
      path: '/api/auth/continue',
      isOfSession: true,
      title: 'Sign in',
      show: ({ next }) => ({
        title: 'Sign in',
        body: form(
          '/api/auth/continue',
          { next: next ?? '/' },
          html`<p>Go on with the session of this browser.</p>`,
          'Continue',
        ),
      }),
      submit: async ({ client, browser, cookies, next }) => {
        try {
          if (cookies.refresh) browser.keep(await refresh(app, tokens, client, cookies.refresh, true));
        } catch (error) {
          // Another tab of this browser has just done it: its cookies are there.
          const isDone = error instanceof AppError && error.code === 'refresh_in_progress';
          if (!isDone) {
            browser.forget();
            throw error;
          }
        }
        return { redirect: next ?? '/' };
      },
      wayOn: html`<p><a class="button" href="/sign-in">Sign in</a></p>`,
    },
  ];
}

/** Where the buttons of providers lead: on to the provider, and from there back to the page that was wanted. */
export function providerStart(app: App, tokens: AccessTokens): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/sign-in/:provider')
    .get(limitAddress(app), async (request: Request, response: Response) => {
      try {
        const { access, client, browser, next } = await visitOf(app, tokens, request, response);
        const provider = String(request.params['provider']);
        const url = await beginOauth(app, access, client, browser, { provider, next: next ?? '/' });
        response.setHeader('Cache-Control', 'no-store').redirect(303, url);
      } catch (error) {
        sendErrorPage(
          app,
          request,
          response,
          'Sign in',
          error,
          html`<p><a href="/sign-in">Sign in another way</a></p>`,
        );
      }
    })
    .all(onlyMethods('GET', 'HEAD'));
  return router;
}
