import { needsSetupToken, register } from '../../accounts/index.ts';
import type { App } from '../../app.ts';
import type { AccessTokens } from '../../identity/index.ts';
import { readSettings } from '../../settings/index.ts';
import { isLocalOutbox } from '../../mail/index.ts';
import { invitationOffer } from '../../members/index.ts';
import { html, type Html, type Page } from '../../request/html-page.ts';
import { type FormPage, form } from './form-page.ts';
import { withQuery } from './own-path.ts';
import { providerButtons } from './sign-in.ts';
import type { Visit } from './visit.ts';

const title = 'Sign up';

export const passwordField = (label = 'Password'): Html =>
  html`<label for="password">${label}</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required aria-describedby="rule"><small id="rule">At least 8 characters with a letter and a number.</small>`;

const nameField = ({ field }: Visit): Html =>
  html`<label for="name">Your name</label><input id="name" name="name" value="${field('name')}" autocomplete="name" maxlength="100" required autofocus>`;

/** What an invited person fills in: the address is that of the invitation. */
export const invitedFields = (visit: Visit, email: string): Html =>
  html`${nameField(visit)}<label for="email">E-mail address</label><input id="email" name="email" type="email" value="${email}" autocomplete="username" readonly>${passwordField()}`;

function fields(visit: Visit, setup: boolean): Html {
  const { field } = visit;
  // Who follows an invite link has an organization in mind already.
  const organization = visit.next?.startsWith('/accept-invitation')
    ? ''
    : html`<label for="organization">Organization</label><input id="organization" name="organization" value="${field('organization')}" autocomplete="organization" maxlength="100" aria-describedby="place"><small id="place">Optional: the name of your company or team.</small>`;
  const token = setup
    ? html`<label for="setup">Setup token</label><input id="setup" name="setup" value="${field('setup')}" autocomplete="off" maxlength="200" required aria-describedby="log"><small id="log">The log of oCore prints it at startup. The first account administers the installation.</small>`
    : '';
  return html`${token}${nameField(visit)}<label for="email">E-mail address</label><input id="email" name="email" type="email" value="${field('email')}" autocomplete="username" maxlength="254" required>${passwordField()}${organization}`;
}

async function show(app: App, visit: Visit): Promise<Page> {
  const invitation = visit.field('invitation');
  if (invitation) {
    const { organization, role, invited } = await invitationOffer(app, visit.client, invitation, null);
    const content = invitedFields(visit, invited?.email ?? '');
    return {
      title,
      body: html`<p>You join <strong>${organization.name}</strong> as ${role}.</p>${form('/sign-up', { invitation }, content, 'Create the account and join')}`,
    };
  }
  const next = visit.next ?? '';
  const signIn = html`<p>You have an account? <a href="${withQuery('/sign-in', { next })}">Sign in</a></p>`;
  const setup = await needsSetupToken(app);
  const { signupOpen } = await readSettings(app.db.prisma, app);
  if (!setup && !signupOpen)
    return {
      title,
      body: html`<div class="note"><p>Sign-up is closed on this installation.</p></div><p>Ask its administrator for an account, or a member of an organization for an invitation by e-mail.</p>${signIn}`,
    };
  return {
    title,
    body: html`${form('/sign-up', { next }, fields(visit, setup), 'Create the account')}<div class="row">${setup ? '' : providerButtons(visit)}</div>${signIn}`,
  };
}

/** Where a person reads an e-mail that was just sent. */
export const mailbox = (app: App): Html =>
  isLocalOutbox(app)
    ? html`<p>No mail server is configured: e-mails appear in the <a href="/outbox">outbox</a>.</p>`
    : html`<p>Look into your mailbox, also among the junk.</p>`;

export function signUpPage(app: App, tokens: AccessTokens): FormPage {
  return {
    path: '/sign-up',
    title,
    show: (visit) => show(app, visit),
    submit: async ({ client, browser, field, next }) => {
      const invitationToken = field('invitation') || null;
      const given = {
        email: field('email'),
        password: field('password'),
        name: field('name'),
        organizationName: field('organization') || null,
        invitationToken,
        setupToken: field('setup') || null,
      };
      const signIn = await register(app, tokens, client, given, next);
      if (!signIn)
        return {
          title: 'One more step',
          body: html`<p>If an account can be created for ${given.email}, an e-mail with a link has been sent there.</p>${mailbox(app)}`,
        };
      browser.keep(signIn);
      return {
        redirect: invitationToken ? withQuery('/accept-invitation', { token: invitationToken }) : (next ?? '/'),
      };
    },
    correctable: ['validation_error', 'conflict', 'setup_token_required', 'forbidden'],
  };
}
