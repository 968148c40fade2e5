import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import { html, sendPage } from '../../request/html-page.ts';

/** Browsers get a page with the ways on; programs the error. */
export const notFound: RequestHandler = (request, response) => {
  if (!['GET', 'HEAD'].includes(request.method) || request.accepts('application/json', 'text/html') !== 'text/html')
    throw new AppError('not_found', 'Nothing exists at this path; the API is under /graphql and /api');
  response.setHeader('Vary', 'Accept');
  sendPage(response, {
    title: 'Page not found',
    status: 404,
    body: html`<p>Nothing exists at this address. Search the documentation:</p>
<form method="get" action="/docs/search" role="search"><label for="q">Words to search for</label><input id="q" name="q" type="search" maxlength="200" required autofocus><button type="submit">Search</button></form>
<p>Or go to the <a href="/">start page</a>, the <a href="/docs/">documentation</a> or the <a href="/api">API</a>.</p>`,
  });
};
