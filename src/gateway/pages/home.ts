import type { Request, RequestHandler, Response } from 'express';
import { queueState } from '../../admin/index.ts';
import { apiVersion } from '../../api-version.ts';
import { needsSetupToken } from '../../accounts/index.ts';
import type { App } from '../../app.ts';
import { type AccessTokens, getAccount, oauthProviders } from '../../identity/index.ts';
import { readSettings } from '../../settings/index.ts';
import { isLocalOutbox, sendsMail } from '../../mail/index.ts';
import { organizationsOf } from '../../orgs/index.ts';
import { html, type Html, sendPage } from '../../request/html-page.ts';
import { form, sendErrorPage } from './form-page.ts';
import { personOf, type Visit, visitOf } from './visit.ts';

const row = (name: string, value: Html | string): Html => html`<dt>${name}</dt><dd>${value}</dd>`;

function mailState(app: App): Html | string {
  if (sendsMail(app)) return 'Sent by a mail server';
  return isLocalOutbox(app)
    ? html`Kept in the <a href="/outbox">outbox</a>: no mail server is configured`
    : 'Queued: no mail server is configured';
}

async function state(app: App, { access }: Visit, signupOpen: boolean): Promise<Html> {
  const queue = access.isAdmin ? await queueState(app) : null;
  const more = queue
    ? html`${row('Operations', `${queue.running} running, ${queue.queued} queued, ${queue.failedLastDay} failed in the last day`)}${row('E-mails', `${queue.mailsWaiting} waiting`)}`
    : '';
  return html`<h2>This installation</h2><dl>${row('Version', apiVersion)}${row('Database', 'Ready')}${row('Sign-up', signupOpen ? 'Open' : 'Closed')}${row('E-mail', mailState(app))}${more}</dl>`;
}

async function account(app: App, visit: Visit): Promise<Html | null> {
  const person = personOf(visit);
  if (!person) return null;
  const { email, name, emailVerifiedAt, isAdmin } = await getAccount(app, person.userId);
  const organizations = await organizationsOf(app, person.userId, {});
  const connected = oauthProviders(app.config).find((one) => one.name === visit.field('connected'));
  return html`${connected ? html`<div class="note"><p>Your ${connected.title} account is connected.</p></div>` : ''}<p>You are signed in as <strong>${name}</strong> (${email})${isAdmin ? ', an administrator of this installation' : ''}.</p>${emailVerifiedAt ? '' : html`<div class="note"><p>Your e-mail address is not verified: open the link in the e-mail, or <a href="/resend-verification">request a new one</a>.</p></div>`}${visit.access.adminRefused ? html`<div class="note"><p>Administration needs a second factor: <a href="/docs/guides/two-factor">set up an app or a passkey</a>, then sign in with it.</p></div>` : ''}
<h2>Your organizations</h2>${organizations.length === 0 ? html`<p>You belong to no organization: ask for an invitation.</p>` : html`<ul class="list">${organizations.map((one) => html`<li>${one.name} <code>${one.slug}</code></li>`)}</ul>`}
${form('/sign-out', { csrf: visit.csrf }, html``, 'Sign out', 'quiet')}`;
}

async function welcome(app: App, signupOpen: boolean): Promise<Html> {
  const first = await needsSetupToken(app);
  return html`<p>The control plane of a company’s Odoo fleet, on your own servers, over SSH, without an agent.</p>${first ? html`<div class="note"><p>No account exists yet: the first one administers this installation.</p></div>` : ''}<div class="row"><a class="button" href="/sign-in">Sign in</a>${first || signupOpen ? html`<a class="button quiet" href="/sign-up">Sign up</a>` : ''}</div>`;
}

const links: readonly [href: string, name: string, about: string][] = [
  ['/docs/guides/quick-start', 'Quick start', 'from an account to a running Odoo'],
  ['/docs/', 'Documentation', 'guides, reference and errors'],
  ['/graphql', 'GraphiQL', 'a tour of real operations, with live progress'],
  ['/docs/api', 'REST playground', 'read and try every route'],
  ['/api', 'API', 'where programs begin'],
];
const parts = html`<h2>Work with it</h2><ul class="list">${links.map(([href, name, about]) => html`<li><a href="${href}">${name}</a> <span class="soft">– ${about}</span></li>`)}</ul>`;

/** `/`: who is signed in, the ways on, and how this installation is. It tells strangers nothing that its API does not. */
export function homePage(app: App, tokens: AccessTokens, isReady: () => Promise<boolean>): RequestHandler {
  return async (request: Request, response: Response): Promise<void> => {
    try {
      if (!(await isReady()))
        return sendPage(response, {
          title: 'oCore',
          status: 503,
          body: html`<div class="error" role="alert"><p>The database is unavailable. Try again in a moment.</p></div>${parts}`,
        });
      const visit = await visitOf(app, tokens, request, response);
      const { signupOpen } = await readSettings(app.db.prisma, app);
      const top = (await account(app, visit)) ?? (await welcome(app, signupOpen));
      sendPage(response, { title: 'oCore', body: html`${top}${parts}${await state(app, visit, signupOpen)}` });
    } catch (error) {
      sendErrorPage(app, request, response, 'oCore', error, parts);
    }
  };
}
