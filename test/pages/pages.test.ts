import { generate } from 'otplib';
import { expect } from 'vitest';
import { BrowserClient } from '../kit/browser.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';

it.override('env', ({ mailbox }) => ({ ...mailbox.env, SIGNUP_CONFIRMATION: 'false' }));

const password = 'correct horse 1';
const asBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };
const textOf = (page: { body: unknown }): string =>
  String(page.body)
    .replace(/^[^]*<main>/, '')
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ');

async function signIn(ocore: Ocore, email: string, next = '/'): Promise<{ browser: BrowserClient; to: string | null }> {
  const browser = new BrowserClient(ocore.url);
  const page = await browser.get(`/sign-in?${new URLSearchParams({ next }).toString()}`);
  const done = await browser.submit(page, { email, password });
  return { browser, to: done.headers.get('location') };
}

it('tells browsers by a page, and programs by JSON, that a path does not exist', async ({ ocore, owner }) => {
  const page = await new BrowserClient(ocore.url).get('/nothing', asBrowser);
  expect([page.status, textOf(page)]).toEqual([404, expect.stringContaining('Search the documentation')]);
  expect(String(page.body)).toContain('action="/docs/search"');
  for (const path of ['/nothing', '/docs/nothing', '/nothing/at/all'])
    expect((await owner.request('GET', path)).at('error.code')).toBe('not_found');
});

it('has an index of the API, for programs and for browsers', async ({ ocore, owner }) => {
  for (const path of ['/api', '/api/']) {
    const index = await owner.request('GET', path);
    expect([index.status, index.at('links.openapi'), index.at('categories.0.name')]).toEqual([
      200,
      '/api/openapi.json',
      'Authentication',
    ]);
    const page = await new BrowserClient(ocore.url).get(path, asBrowser);
    expect([page.status, textOf(page)]).toEqual([200, expect.stringContaining('Roles and Permissions')]);
  }
  const refused = await owner.request('POST', '/api', {});
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
});

it('says on / how the installation is, and more to its administrator', async ({ ocore, owner }) => {
  const nobody = textOf(await new BrowserClient(ocore.url).get('/', asBrowser));
  expect(nobody).toMatch(/Sign-upOpen/);
  expect(nobody).not.toContain('queued');
  const { browser } = await signIn(ocore, owner.email);
  expect(textOf(await browser.get('/', asBrowser))).toContain('Administration needs a second factor');
  await ocore.strengthen(owner.email);
  const mine = textOf(await browser.get('/', asBrowser));
  expect(mine).toContain('an administrator of this installation');
  expect(mine).toContain('0 running, 0 queued');
  const out = await browser.submit(await browser.get('/', asBrowser));
  expect([out.status, out.headers.get('location')]).toEqual([303, '/']);
  expect((await browser.api('GET', '/user')).status).toBe(401);
});

it('signs in with the second step, and with a session whose short half has ended', async ({ ocore }) => {
  const person = await ocore.owner('tess');
  const secret = (await person.post('/user/totp/setup', { password })).text('secret');
  await person.post('/user/totp/enable', { code: await generate({ secret }) });
  await ocore.sql('UPDATE users SET totp_last_step = NULL');
  const browser = new BrowserClient(ocore.url);
  const wanted = '/accept-invitation?code=x';
  const first = await browser.get(`/sign-in?next=${encodeURIComponent(wanted)}`);
  const wrong = await browser.submit(first, { email: person.email, password: 'wrong' });
  expect([wrong.status, textOf(wrong)]).toEqual([401, expect.stringContaining('password is wrong')]);
  const second = await browser.submit(wrong, { email: person.email, password });
  expect(browser.cookie('ocore_access')).toBeUndefined();
  const again = await browser.submit(second, { code: 'AAAA-AAAA-AAAA-AAAA' });
  expect(again.status).toBe(401);
  const done = await browser.submit(again, { code: await generate({ secret }) });
  expect([done.status, done.headers.get('location')]).toEqual([303, wanted]);

  browser.setCookie('ocore_access', '');
  const back = await browser.get('/sign-in?next=/resend-verification');
  expect(textOf(back)).toContain('You were signed in here before');
  const continued = await browser.submit(back);
  expect([continued.status, continued.headers.get('location')]).toEqual([303, '/resend-verification']);
  expect(textOf(await browser.get('/', asBrowser))).toContain('You are signed in as tess');
});

it.for([
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/\t/evil.example/',
  '/.//evil.example/',
  'javascript:alert(1)',
])('a sign-in leads to no other place: %s', async (next, { ocore, owner }) => {
  expect((await signIn(ocore, owner.email, next)).to).toBe('/');
});

it('acts for nobody on the word of another page', async ({ ocore, owner }) => {
  const { browser } = await signIn(ocore, owner.email);
  const roleId = await owner.roleId('Viewer');
  const victim = await signIn(ocore, (await ocore.owner('victim')).email);
  const link = new URL((await owner.post('/invite-links', { roleId })).text('url'));
  const code = link.searchParams.get('code') ?? '';
  const join = (who: BrowserClient, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    who.send('POST', '/accept-invitation', {
      body: new URLSearchParams({ code, ...fields }).toString(),
      type: 'application/x-www-form-urlencoded',
      headers,
    });
  const csrf = victim.browser.cookie('ocore_csrf') ?? '';
  const strange = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  expect((await join(victim.browser, { csrf }, strange)).status).toBe(403);
  expect((await join(victim.browser, { csrf }, { origin: 'null', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await join(victim.browser, {})).status).toBe(403);
  expect((await join(victim.browser, { csrf: browser.cookie('ocore_csrf') ?? '' })).status).toBe(403);
  expect((await owner.get('/members?search=victim')).at('data.0')).toBeUndefined();
  expect((await join(victim.browser, { csrf })).status).toBe(303);
  expect((await join(victim.browser, { csrf })).status).toBe(409);
  const page = await victim.browser.get(link.pathname + link.search, asBrowser);
  expect([page.headers.get('cache-control'), page.headers.get('content-security-policy')]).toEqual([
    'no-store',
    expect.stringContaining("default-src 'none'"),
  ]);
});

it('says of an invitation that is not good any more why, and what to do', async ({ ocore, owner, mailbox }) => {
  const roleId = await owner.roleId('Viewer');
  const browser = new BrowserClient(ocore.url);
  const shown = async (path: string): Promise<[number, string]> => {
    const page = await browser.get(path, asBrowser);
    return [page.status, textOf(page)];
  };
  const invited = await owner.post('/members/invite', { email: 'late@example.com', roleId });
  const path = `/accept-invitation?token=${(await mailbox.next('late@example.com')).token}`;
  await ocore.sql("UPDATE invitations SET expires_at = now() - interval '1 hour'");
  expect(await shown(path)).toEqual([410, expect.stringContaining('has expired')]);
  await owner.delete(`/invitations/${invited.text('id')}`);
  expect(await shown(path)).toEqual([410, expect.stringContaining('was cancelled')]);
  expect(await shown('/accept-invitation?token=guessed')).toEqual([404, expect.stringContaining('latest e-mail')]);

  const link = await owner.post('/invite-links', { roleId, maxUses: 1 });
  const url = new URL(link.text('url'));
  await ocore.sql('UPDATE invite_links SET use_count = 1 WHERE id = $1', [link.text('id')]);
  expect(await shown(url.pathname + url.search)).toEqual([410, expect.stringContaining('as often as it may be')]);
  await owner.delete(`/invite-links/${link.text('id')}`);
  expect(await shown(url.pathname + url.search)).toEqual([410, expect.stringContaining('was revoked')]);
});

it('where sign-up is closed, only who is invited signs up', async ({ ocore, owner, mailbox }) => {
  await owner.patch('/admin/settings', { signupOpen: false });
  const browser = new BrowserClient(ocore.url);
  expect(textOf(await browser.get('/sign-up'))).toContain('Sign-up is closed');
  expect(String((await browser.get('/')).body)).not.toContain('href="/sign-up"');
  const form = (fields: Record<string, string>) => ({
    body: new URLSearchParams({ password, name: 'Ida', ...fields }).toString(),
    type: 'application/x-www-form-urlencoded',
  });
  expect((await browser.send('POST', '/sign-up', form({ email: 'ida@example.com' }))).status).toBe(403);
  await owner.post('/members/invite', { email: 'ida@example.com', roleId: await owner.roleId('Viewer') });
  const { token: invitation } = await mailbox.next('ida@example.com');
  const other = await browser.send('POST', '/sign-up', form({ email: 'eve@example.com', invitation }));
  expect(other.status).toBe(403);
  const made = await browser.send('POST', '/sign-up', form({ email: 'ida@example.com', invitation }));
  expect(made.status).toBe(303);
  expect(textOf(await browser.get(made.headers.get('location') ?? ''))).toContain('You are a member of');
  await owner.patch('/admin/settings', { signupOpen: true });
});

it('where addresses are confirmed first, the e-mail leads back to the invite link', async ({
  ocore,
  owner,
  mailbox,
}) => {
  const careful = await Ocore.start({
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    APP_URL: ocore.url,
    OCORE_ROLE: 'gateway',
    SIGNUP_CONFIRMATION: 'true',
  });
  try {
    const browser = new BrowserClient(careful.url);
    const { pathname, search } = new URL(
      (await owner.post('/invite-links', { roleId: await owner.roleId('Viewer') })).text('url'),
    );
    const next = pathname + search;
    const page = await browser.get(`/sign-up?next=${encodeURIComponent(next)}`);
    const asked = await browser.submit(page, { email: 'fresh@example.com', password, name: 'Fresh' });
    expect([asked.status, textOf(asked)]).toEqual([200, expect.stringContaining('One more step')]);
    const { link } = await mailbox.next('fresh@example.com');
    const made = await browser.submit(await browser.get(link.pathname + link.search), { password });
    expect(String(made.body)).toContain(`href="${next}"`);
    expect(textOf(await browser.get(next))).toContain('You are signed in as fresh@example.com');
  } finally {
    await careful.running.stop();
  }
});
