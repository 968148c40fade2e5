import type { Request, Response } from 'express';
import type { App } from '../app.ts';
import { finishOauth, type OauthEnd } from '../accounts/index.ts';
import { type AccessTokens, Browser } from '../identity/index.ts';
import { clientOf } from '../request/client.ts';
import { html, sendPage } from '../request/html-page.ts';
import { ownPath, secondStep, sendErrorPage } from './pages/index.ts';

function nextAddress(app: App, browser: Browser, end: Exclude<OauthEnd, { as: 'secondStep' }>): string {
  const home = app.config.APP_URL.replace(/\/$/, '');
  switch (end.as) {
    case 'signedIn':
      browser.keep(end.signIn);
      return `${home}${ownPath(end.next ?? '') ?? '/'}`;
    case 'linked':
      return `${home}/?connected=${end.provider.name}`;
    case 'program':
      return end.url;
  }
}

/** Where providers send the browser back to. */
export function oauthCallback(app: App, tokens: AccessTokens) {
  return async (request: Request, response: Response): Promise<void> => {
    const browser = new Browser(app.config, request.headers, response);
    response.setHeader('Cache-Control', 'no-store').setHeader('Referrer-Policy', 'no-referrer');
    try {
      const query = new URL(request.originalUrl, app.config.APP_URL).searchParams;
      const end = await finishOauth(
        app,
        tokens,
        clientOf(app.config, request),
        String(request.params['provider']),
        query,
        browser.oauthSecret,
      );
      // The ticket goes into the page and not into an address, which histories and logs keep.
      if (end.as === 'secondStep') sendPage(response, secondStep(app, end.partialToken, ownPath(end.next ?? '')));
      else response.redirect(303, nextAddress(app, browser, end));
    } catch (error) {
      sendErrorPage(
        app,
        request,
        response,
        'The sign-in failed',
        error,
        html`<p><a href="/sign-in">Sign in another way</a></p>`,
      );
    }
  };
}
