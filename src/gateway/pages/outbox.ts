import type { Request, Response } from 'express';
import type { App } from '../../app.ts';
import { isLocalOutbox, outboxLetters } from '../../mail/index.ts';
import { Html, html, sendPage } from '../../request/html-page.ts';

/** Addresses in an e-mail become links; the rest is text. */
function linked(text: string): Html {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/);
  return new Html(
    parts.map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`).text).join(''),
  );
}

/** The e-mails hold links that open accounts: only for this machine, and for no page of another name that points here. */
function isLocal(app: App, request: Request): boolean {
  const names = ['127.0.0.1', 'localhost', '[::1]', new URL(app.config.APP_URL).hostname];
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  return ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '') && names.includes(host);
}

/** The e-mails of an installation without a mail server, for its developer. */
export function outboxPage(app: App) {
  return async (request: Request, response: Response): Promise<void> => {
    if (!isLocalOutbox(app) || !isLocal(app, request))
      return sendPage(response, {
        title: 'Outbox',
        status: 403,
        body: html`<p>The outbox is available only on the machine that runs oCore, and without a mail server.</p>`,
      });
    const letters = await outboxLetters(app);
    const body =
      letters.length === 0
        ? html`<p>No e-mails yet.</p>`
        : html`${letters.map((letter) => html`<article><h2>${letter.subject}</h2><p>To ${letter.to}, ${letter.createdAt.toISOString()}</p><pre>${linked(letter.text)}</pre></article>`)}`;
    sendPage(response, {
      title: 'Outbox',
      body: html`<p>No mail server is configured, so e-mails appear here, newest first.</p>${body}`,
    });
  };
}
