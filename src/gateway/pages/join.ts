import type { App } from '../../app.ts';
import { getAccount } from '../../identity/index.ts';
import { readSettings } from '../../settings/index.ts';
import {
  acceptInvitation,
  acceptInviteLink,
  invitationOffer,
  inviteLinkOffer,
  type Offer,
} from '../../members/index.ts';
import { html, type Html, type Page } from '../../request/html-page.ts';
import { type FormPage, form } from './form-page.ts';
import { withQuery } from './own-path.ts';
import { invitedFields } from './sign-up.ts';
import { personOf, requireSignedIn, type Visit } from './visit.ts';

const path = '/accept-invitation';
const title = 'Join an organization';

/** What an e-mail's link or an invite link brings along. */
const keptOf = ({ token, field }: Visit): { token: string; code: string } => ({ token, code: field('code') });

function offerOf(app: App, visit: Visit): Promise<Offer> {
  const { token, code } = keptOf(visit);
  const userId = personOf(visit)?.userId ?? null;
  return code ? inviteLinkOffer(app, visit.client, code, userId) : invitationOffer(app, visit.client, token, userId);
}

const closed: Readonly<Record<string, string>> = {
  accepted: 'This invitation was already used.',
  cancelled: 'This invitation was cancelled.',
  expired: 'This invitation has expired.',
  used_up: 'This link has been used as often as it may be.',
  revoked: 'This link was revoked.',
};

const described = ({ organization, invitedBy, role, invited }: Offer): Html =>
  html`<dl><dt>Organization</dt><dd><strong>${organization.name}</strong></dd>${invitedBy ? html`<dt>Invited by</dt><dd>${invitedBy}</dd>` : ''}<dt>Role</dt><dd>${role}</dd>${invited ? html`<dt>For</dt><dd>${invited.email}</dd>` : ''}</dl>`;

const button = (href: string, text: string, kind = ''): Html =>
  html`<a class="button ${kind}" href="${href}">${text}</a>`;

const joined = ({ organization }: Offer): Page => ({
  title: `You are a member of ${organization.name}`,
  body: html`<p>Programs name this organization as <code>X-Org-Slug: ${organization.slug}</code>.</p><div class="row">${button('/', 'Continue')}</div>`,
});

/** For who is not signed in: with which account to come back here. */
async function entrance(app: App, visit: Visit, { invited }: Offer): Promise<Html> {
  const here = withQuery(path, keptOf(visit));
  const signIn = withQuery('/sign-in', { next: here, email: invited?.email ?? '' });
  if (invited?.hasAccount)
    return html`<p>This address has an account: sign in with it to join.</p><div class="row">${button(signIn, 'Sign in to join')}</div>`;
  if (invited)
    return html`<h2>Create your account</h2>${form('/sign-up', { invitation: visit.token }, invitedFields(visit, invited.email), 'Create the account and join')}<p>Your account has another address? Ask for an invitation to that one.</p>`;
  const { signupOpen } = await readSettings(app.db.prisma, app);
  return html`<p>Sign in${signupOpen ? ', or create an account,' : ''} and you come back here to join.</p><div class="row">${button(signIn, 'Sign in')}${signupOpen ? button(withQuery('/sign-up', { next: here }), 'Create an account', 'quiet') : ''}</div>${signupOpen ? '' : html`<p class="soft">Sign-up is closed on this installation. Without an account, ask for an invitation by e-mail.</p>`}`;
}

async function ways(app: App, visit: Visit, offer: Offer): Promise<Html> {
  const person = personOf(visit);
  if (!person) return entrance(app, visit, offer);
  const kept = keptOf(visit);
  const { csrf } = visit;
  const { email } = await getAccount(app, person.userId);
  if (!offer.invited || offer.invited.email === email)
    return form(
      path,
      { ...kept, csrf },
      html`<p>You are signed in as <strong>${email}</strong>.</p>`,
      `Join ${offer.organization.name}`,
    );
  const next = withQuery(path, kept);
  return form(
    '/sign-out',
    { csrf, next },
    html`<div class="note"><p>You are signed in as ${email}, but the invitation is for ${offer.invited.email}.</p><p>Sign out and join with that address, or ask for an invitation to yours.</p></div>`,
    'Sign out and continue',
  );
}

async function show(app: App, visit: Visit): Promise<Page> {
  const offer = await offerOf(app, visit);
  if (offer.isMember) return joined(offer);
  const ended = closed[offer.status];
  if (ended === undefined) return { title, body: html`${described(offer)}${await ways(app, visit, offer)}` };
  const again = offer.invited ? 'a new invitation' : 'a new link';
  const signIn = withQuery('/sign-in', { next: withQuery(path, keptOf(visit)) });
  return {
    title,
    status: 410,
    body: html`<div class="note"><p>${ended}</p></div>${described(offer)}<p>Ask ${offer.invitedBy ?? 'the organization'} for ${again}${personOf(visit) ? '' : html`, or <a href="${signIn}">sign in</a> if you have joined already`}.</p>`,
  };
}

/** The page of an invitation and of an invite link: what is offered, and the way to join as whoever it is for. */
export function joinPage(app: App): FormPage {
  return {
    path,
    title,
    show: (visit) => show(app, visit),
    submit: async (visit) => {
      requireSignedIn(visit);
      const { access, client } = visit;
      const kept = keptOf(visit);
      if (kept.code) await acceptInviteLink(app, access, client, kept.code);
      else await acceptInvitation(app, access, client, kept.token);
      return { redirect: withQuery(path, kept) };
    },
    correctable: ['conflict', 'forbidden', 'invalid_state', 'unauthenticated', 'token_expired'],
    wayOn: html`<p>Open the link in the latest e-mail, or ask the person who invited you for a new one.</p><p><a href="/">Go to the start page</a></p>`,
  };
}
