import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { requireOneself } from '../../access/access.ts';
import type { App } from '../../app.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { AccessTokens } from '../../identity/index.ts';
import { isOwnOrigin } from '../../identity/index.ts';
import { html, type Html, type Page, sendPage } from '../../request/html-page.ts';
import { onlyMethods } from '../../request/methods.ts';
import { limitAddress } from '../../request/quota.ts';
import { bodyError } from '../../request/json-body.ts';
import { requestIdOf } from '../../request/id.ts';
import { publicError } from '../../request/public-error.ts';
import { type Visit, visitOf } from './visit.ts';

/**
 * A page, most of them behind a link in an e-mail: opening it changes nothing, since mail scanners and previews do that, too;
 * its button does. `submit` gives the page to show then, or the address to go on to.
 */
export interface FormPage {
  path: string;
  title: string;
  show: (visit: Visit) => Promise<Page> | Page;
  submit: (visit: Visit) => Promise<Page | { redirect: string }>;
  /** What is corrected on the spot, so that the form is shown again: by default a wrong value, password or code. */
  correctable?: readonly ErrorCode[];
  /** It leads to a session or out of it: that works during maintenance, and for whoever impersonates. */
  isOfSession?: true;
  /** What to do after any other error. */
  wayOn?: Html;
}

const correctable: readonly ErrorCode[] = ['validation_error', 'invalid_credentials'];

/** A form with one button; `kept` goes along unseen. */
export function form(
  action: string,
  kept: Readonly<Record<string, string>>,
  content: Html,
  button: string,
  kind: 'quiet' | '' = '',
): Html {
  const hidden = Object.entries(kept)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  return html`<form method="post" action="${action}">${content}${hidden}<button type="submit" class="${kind}">${button}</button></form>`;
}

/** What the forms call the fields of the API. */
const labels: Readonly<Record<string, string>> = {
  code: 'Code',
  email: 'E-mail address',
  name: 'Your name',
  organizationName: 'Organization',
  password: 'Password',
  setupToken: 'Setup token',
};
const labelled = (message: string): string =>
  message.replace(/^(\w+): /, (text, field: string) => (labels[field] ? `${labels[field]}: ` : text));

/** Every message of an error once. */
function messagesOf({ message, details }: AppError): string[] {
  const errors: unknown = details['errors'];
  const all = Array.isArray(errors) ? errors.map((one: unknown) => Object(one)['message']) : [];
  const texts = all.filter((one): one is string => typeof one === 'string');
  return [...new Set(texts.length > 0 ? texts : [message])].map(labelled);
}

const home = html`<p><a href="/">Go to the start page</a></p>`;

export function sendErrorPage(
  app: App,
  request: Request,
  response: Response,
  title: string,
  error: unknown,
  below: Page | Html = home,
): void {
  const shown = publicError(bodyError(error), app.log, requestIdOf(request.headers));
  const seconds = shown.details['retry_after'];
  if (typeof seconds === 'number') response.setHeader('Retry-After', seconds);
  const said = html`<div class="error" role="alert">${messagesOf(shown).map((message) => html`<p>${message}.</p>`)}</div>`;
  const page = 'body' in below ? below : { title, body: below };
  sendPage(response, { ...page, status: shown.status, body: html`${said}${page.body}` });
}

export function formPages(app: App, tokens: AccessTokens, pages: readonly FormPage[]): Router {
  const router = Router({ caseSensitive: true });
  for (const page of pages) {
    const route = router.route(page.path);
    route.get(limitAddress(app), async (request, response) => {
      try {
        sendPage(response, await page.show(await visitOf(app, tokens, request, response)));
      } catch (error) {
        sendErrorPage(app, request, response, page.title, error, page.wayOn);
      }
    });
    route.post(
      limitAddress(app),
      express.urlencoded({ extended: false, limit: '1mb' }),
      async (request: Request, response: Response) => {
        let visit: Visit | undefined;
        try {
          visit = await visitOf(app, tokens, request, response);
          if (!isOwnOrigin(app.config, request.headers))
            throw new AppError('forbidden', 'The form must be submitted from this page');
          if (!page.isOfSession) {
            if (visit.access.frozen) throw visit.access.frozen;
            requireOneself(visit.access);
          }
          const result = await page.submit(visit);
          if ('redirect' in result) response.setHeader('Cache-Control', 'no-store').redirect(303, result.redirect);
          else sendPage(response, result);
        } catch (error) {
          const again =
            visit && error instanceof AppError && (page.correctable ?? correctable).includes(error.code)
              ? await page.show(visit)
              : page.wayOn;
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
