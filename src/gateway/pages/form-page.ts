import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { App } from '../../app.ts';
import { AppError } from '../../errors.ts';
import type { Client } from '../../access/client.ts';
import { Browser, isOwnOrigin } from '../../identity/index.ts';
import { clientOf } from '../../request/client.ts';
import { onlyMethods } from '../../request/methods.ts';
import { limitAddress } from '../../request/quota.ts';
import { requestIdOf } from '../../request/id.ts';
import { publicError } from '../../request/public-error.ts';
import { html, type Html, type Page, sendPage } from './page.ts';

/** What a page's button does. */
export interface Submission {
  client: Client;
  browser: Browser;
  token: string;
  field: (name: string) => string;
}

/**
 * A page behind a link in an e-mail: opening it does nothing, since mail scanners and previews do that, too; its button
 * does. `submit` gives the page to show then, or the address to go on to.
 */
export interface FormPage {
  path: string;
  title: string;
  /** The content above the button, for the token of the link. */
  show: (
    token: string,
  ) =>
    | Promise<{ text: Html; button: string; formTarget?: string }>
    | { text: Html; button: string; formTarget?: string };
  submit: (submission: Submission) => Promise<Page | { redirect: string }>;
}

function textOf(source: unknown, name: string): string {
  const value: unknown = typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
  return typeof value === 'string' ? value : '';
}

export function sendErrorPage(
  app: App,
  request: Request,
  response: Response,
  title: string,
  error: unknown,
  again?: Html,
): void {
  const shown = publicError(error, app.log, requestIdOf(request.headers));
  sendPage(response, { title, status: shown.status, body: html`<p class="error">${shown.message}.</p>${again ?? ''}` });
}

/** A page's form, for a token that came another way than by its link. */
export async function formOf(page: FormPage, token: string): Promise<{ body: Html; formTarget?: string }> {
  const { text, button, formTarget } = await page.show(token);
  const body = html`<form method="post" action="${page.path}">${text}<input type="hidden" name="token" value="${token}"><button type="submit">${button}</button></form>`;
  return { body, ...(formTarget ? { formTarget } : {}) };
}

export function formPages(app: App, pages: readonly FormPage[]): Router {
  const router = Router({ caseSensitive: true });
  for (const page of pages) {
    const route = router.route(page.path);
    route.get(limitAddress(app), async (request, response) => {
      try {
        sendPage(response, { title: page.title, ...(await formOf(page, textOf(request.query, 'token'))) });
      } catch (error) {
        sendErrorPage(app, request, response, page.title, error);
      }
    });
    route.post(
      limitAddress(app),
      express.urlencoded({ extended: false, limit: '16kb' }),
      async (request: Request, response: Response) => {
        const token = textOf(request.body, 'token');
        try {
          if (!isOwnOrigin(app.config, request.headers))
            throw new AppError('forbidden', 'The form must be submitted from this page');
          const result = await page.submit({
            token,
            client: clientOf(app.config, request),
            browser: new Browser(app.config, request.headers, response),
            field: (name) => textOf(request.body, name),
          });
          if ('redirect' in result) response.setHeader('Cache-Control', 'no-store').redirect(303, result.redirect);
          else sendPage(response, result);
        } catch (error) {
          // A wrong password or code is corrected on the spot; a link that is not good stays that.
          const again =
            error instanceof AppError && (error.code === 'validation_error' || error.code === 'invalid_credentials')
              ? (await formOf(page, token)).body
              : undefined;
          sendErrorPage(app, request, response, page.title, error, again);
        }
      },
    );
    route.all(onlyMethods('GET', 'HEAD', 'POST'));
  }
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    sendErrorPage(app, request, response, 'Something went wrong', error),
  );
  return router;
}
