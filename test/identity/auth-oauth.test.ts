import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { BrowserClient } from '../kit/browser.ts';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { IdentityProvider } from '../kit/identity-provider.ts';
import { oathtool } from '../kit/oathtool.ts';
import { Ocore } from '../kit/ocore.ts';

it.override('env', ({ google, github }) => ({ ...google.env, ...github.env }));
it.override('ownerName', 'admin');

let ocore: Ocore;
let google: IdentityProvider;
let github: IdentityProvider;
let anonymous: Client;

it.beforeAll(({ ocore: started, google: one, github: other, anonymous: nobody, owner: _first }) => {
  ocore = started;
  google = one;
  github = other;
  anonymous = nobody;
});

const unique = (): string => randomBytes(4).toString('hex');
const callback = (provider: string): string => `${ocore.url}/api/auth/oauth/${provider}/callback`;

async function signInWith(provider: 'google' | 'github', browser = new BrowserClient(ocore.url)) {
  const start = `${ocore.url}/api/auth/oauth/${provider}`;
  const { answer, address } = await browser.follow(await browser.get(start), start, `${ocore.url}/?`);
  return { browser, answer, address };
}

async function audited(action: string, email: string): Promise<number> {
  return (await ocore.sql('SELECT 1 FROM audit_entries WHERE action = $1 AND resource_name = $2', [action, email]))
    .length;
}

it('lists what is configured, and refuses what is not', async () => {
  expect((await anonymous.get('/auth/providers')).at('providers')).toEqual([
    { name: 'github', title: 'GitHub' },
    { name: 'google', title: 'Google' },
  ]);
  expect((await anonymous.get('/auth/oauth/gitlab')).status).toBe(404);
});

it.each(['google', 'github'] as const)(
  'makes an account with %s, whose address counts as verified, and finds it again',
  async (provider) => {
    const person = {
      id: String(Math.floor(Math.random() * 1e9)),
      email: `New-${unique()}@example.com`,
      emailVerified: true,
      name: 'Nova New',
    };
    (provider === 'google' ? google : github).person = person;
    const { browser } = await signInWith(provider);
    const me = await browser.api('GET', '/user');
    expect([me.at('email'), me.at('emailVerified'), me.at('name')]).toEqual([
      person.email.toLowerCase(),
      true,
      'Nova New',
    ]);
    const again = await signInWith(provider);
    expect((await again.browser.api('GET', '/user')).at('id')).toBe(me.at('id'));
    expect((await browser.api('GET', '/user/connected-accounts')).body).toMatchObject({
      hasPassword: false,
      accounts: [{ provider, email: person.email.toLowerCase() }],
    });
    expect([
      await audited('auth.signup', person.email.toLowerCase()),
      await audited('auth.login', person.email.toLowerCase()),
    ]).toEqual([1, 2]);

    // The only way to sign in stays; with a password it may go.
    const refused = await browser.api('DELETE', `/user/connected-accounts/${provider}`);
    expect([refused.status, refused.at('error.details.constraint')]).toEqual([409, 'last_way_in']);
    expect((await browser.api('POST', '/user/change-password', { newPassword: 'first real pass 1' })).status).toBe(200);
    expect((await browser.api('DELETE', `/user/connected-accounts/${provider}`)).status).toBe(200);
    expect((await anonymous.post('/auth/login', { email: person.email, password: 'first real pass 1' })).status).toBe(
      200,
    );
  },
);

it('never takes an account over by its address unless both sides verified it', async () => {
  const owner = await ocore.owner('vic');
  google.person = { id: unique(), email: owner.email, emailVerified: false, name: 'Vic' };
  expect((await signInWith('google')).answer.status).toBe(403);
  google.person = { ...google.person, emailVerified: true };
  const unverifiedHere = await signInWith('google');
  expect([unverifiedHere.answer.status, String(unverifiedHere.answer.body)]).toEqual([
    409,
    expect.stringContaining('sign in with its password'),
  ]);
  expect(unverifiedHere.browser.cookie('ocore_access')).toBeUndefined();
  await ocore.sql('UPDATE users SET email_verified_at = now() WHERE email = $1', [owner.email]);
  const { browser } = await signInWith('google');
  expect((await browser.api('GET', '/user')).at('id')).toBe((await owner.get('/user')).at('id'));
  expect(await audited('auth.account_linked', owner.email)).toBe(1);
});

it('asks for the second step where the account has one, on a page of its own', async () => {
  const owner = await ocore.owner('tess');
  const secret = (await owner.post('/user/totp/setup')).text('secret');
  const recovery = (await owner.post('/user/totp/enable', { code: oathtool(secret) })).text('recoveryCodes.0');
  await ocore.sql('UPDATE users SET email_verified_at = now() WHERE email = $1', [owner.email]);
  google.person = { id: unique(), email: owner.email, emailVerified: true, name: 'Tess' };
  const { browser, answer } = await signInWith('google');
  expect([answer.status, browser.cookie('ocore_access')]).toEqual([200, undefined]);
  const again = await browser.submit(answer, { code: 'AAAA-AAAA-AAAA-AAAA' });
  expect([again.status, browser.cookie('ocore_access')]).toEqual([401, undefined]);
  expect((await browser.submit(again, { code: recovery })).status).toBe(303);
  expect((await browser.api('GET', '/user')).at('email')).toBe(owner.email);
  expect(
    await ocore.sql(
      "SELECT 1 FROM sessions WHERE method = 'google' AND strong AND user_id = (SELECT id FROM users WHERE email = $1)",
      [owner.email],
    ),
  ).toHaveLength(1);
});

it('links an account after the person agreed on a page, and to nobody else', async () => {
  const owner = await ocore.owner('lin');
  const other = await ocore.owner('other');
  github.person = {
    id: String(Math.floor(Math.random() * 1e9)),
    email: `elsewhere-${unique()}@example.com`,
    emailVerified: false,
    name: 'Lin',
  };
  const link = async (client: Client, browser: BrowserClient) => {
    const page = await browser.get((await client.post('/auth/oauth/github/link')).text('url'));
    expect(String(page.body)).toContain(client.email);
    return browser.follow(await browser.submit(page), ocore.url, `${ocore.url}/?`);
  };
  expect((await link(owner, new BrowserClient(ocore.url))).address).toBe(`${ocore.url}/?connected=github`);
  expect((await owner.get('/user/connected-accounts')).at('accounts.0.provider')).toBe('github');
  const taken = await link(other, new BrowserClient(ocore.url));
  expect([taken.answer.status, String(taken.answer.body)]).toEqual([
    409,
    expect.stringContaining('connected to another oCore account'),
  ]);
  expect((await (await signInWith('github')).browser.api('GET', '/user')).at('email')).toBe(owner.email);

  // The page's button does not obey other sites, and its ticket is good once.
  const browser = new BrowserClient(ocore.url);
  const address = (await other.post('/auth/oauth/github/link')).text('url');
  const forged = await browser.send('POST', '/connect-account', {
    body: new URL(address).search.slice(1),
    type: 'application/x-www-form-urlencoded',
    headers: { origin: 'https://evil.example' },
  });
  expect(forged.status).toBe(403);
  await browser.submit(await browser.get(address));
  expect((await browser.get(address)).status).toBe(422);
  expect((await anonymous.get('/auth/oauth/github?flow=link')).status).toBe(401);

  // An old session does not suffice for another way in.
  await ocore.sql(
    "UPDATE sessions SET created_at = now() - interval '1 hour' WHERE user_id = (SELECT id FROM users WHERE email = $1)",
    [other.email],
  );
  expect((await other.post('/auth/oauth/github/link')).at('error.code')).toBe('reauthentication_required');
  expect((await other.post('/auth/oauth/github/link', { password: 'correct horse 1' })).status).toBe(200);
});

it('does not take an address for another one that looks the same in lower case', async () => {
  const owner = await ocore.owner('kim');
  await ocore.sql('UPDATE users SET email_verified_at = now() WHERE email = $1', [owner.email]);
  // The Kelvin sign: its lower case is a plain k.
  github.person = {
    id: String(Math.floor(Math.random() * 1e9)),
    email: owner.email.replace('k', '\u212a'),
    emailVerified: true,
    name: 'Kim',
  };
  const { browser, answer } = await signInWith('github');
  expect([answer.status, browser.cookie('ocore_access')]).toEqual([403, undefined]);
});

it('leaves nobody in an account whose address turns out to be somebody else’s', async () => {
  const squatter = await ocore.owner('squat');
  github.person = {
    id: String(Math.floor(Math.random() * 1e9)),
    email: `squatter-${unique()}@example.com`,
    emailVerified: true,
    name: 'Squatter',
  };
  const browser = new BrowserClient(ocore.url);
  await browser.follow(
    await browser.submit(await browser.get((await squatter.post('/auth/oauth/github/link')).text('url'))),
    ocore.url,
    `${ocore.url}/?`,
  );
  const { key } = await squatter.newKey(['view:projects']);
  const secret = (await squatter.post('/user/totp/setup')).text('secret');
  await squatter.post('/user/totp/enable', { code: oathtool(secret) });

  // The one whose address it is finds an account there, and asks for a new password.
  await anonymous.post('/auth/forgot-password', { email: squatter.email });
  const letter = async () => /reset-password\?token=([\w-]+)/.exec(await ocore.letterTo(squatter.email))?.[1] ?? '';
  await expect.poll(letter).not.toBe('');
  expect(
    (await anonymous.post('/auth/reset-password', { token: await letter(), password: 'the real owner 1' })).status,
  ).toBe(200);
  const login = await anonymous.post('/auth/login', { email: squatter.email, password: 'the real owner 1' });
  const victim = new Client(ocore.url, login.text('accessToken'), squatter.org);
  expect([
    (await victim.get('/user')).at('emailVerified'),
    (await victim.get('/user/connected-accounts')).at('accounts'),
  ]).toEqual([true, []]);
  expect((await squatter.withKey(key).get('/projects')).status).toBe(401);
  expect((await (await signInWith('github')).browser.api('GET', '/user')).at('email')).toBe(github.person.email);
});

it('takes a callback only in the browser that began, once, and with its own answer', async () => {
  google.person = { id: unique(), email: `cb-${unique()}@example.com`, emailVerified: true, name: 'Cal' };
  const begin = async () => {
    const browser = new BrowserClient(ocore.url);
    const start = `${ocore.url}/api/auth/oauth/google`;
    const { address } = await browser.follow(await browser.get(start), start, callback('google'));
    return { browser, address };
  };
  const mine = await begin();
  const thief = new BrowserClient(ocore.url);
  expect((await thief.get(mine.address)).status).toBe(400);
  const theirs = await begin();
  // A code of one flow with the state of another: login CSRF and code injection.
  const mixed = new URL(mine.address);
  mixed.searchParams.set('code', new URL(theirs.address).searchParams.get('code') ?? '');
  expect((await mine.browser.get(mixed.href)).status).toBe(422);
  expect(mine.browser.cookie('ocore_access')).toBeUndefined();
  expect((await theirs.browser.get(theirs.address)).status).toBe(303);
  expect((await theirs.browser.get(theirs.address)).status).toBe(400);
  expect((await theirs.browser.get(theirs.address.replace('/google/', '/github/'))).status).toBe(400);

  google.refuses = true;
  const { answer } = await signInWith('google');
  google.refuses = false;
  expect([answer.status, String(answer.body)]).toEqual([403, expect.stringContaining('Google did not sign you in')]);
});

it('gives a program on the same machine a code that only its verifier opens', async () => {
  google.person = { id: unique(), email: `cli-${unique()}@example.com`, emailVerified: true, name: 'Clia' };
  const codeVerifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const codeOf = async () => {
    const browser = new BrowserClient(ocore.url);
    const start = `${ocore.url}/api/auth/oauth/google?redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fdone&code_challenge=${challenge}`;
    const { address } = await browser.follow(await browser.get(start), start, 'http://127.0.0.1:9/');
    expect(browser.cookie('ocore_access')).toBeUndefined();
    return new URL(address).searchParams.get('code') ?? '';
  };
  expect(
    (await anonymous.post('/auth/oauth/exchange', { code: await codeOf(), codeVerifier: 'x'.repeat(43) })).status,
  ).toBe(401);
  const code = await codeOf();
  const answer = await anonymous.post('/auth/oauth/exchange', { code, codeVerifier });
  expect((await new Client(ocore.url, answer.text('session.accessToken'), null).get('/user')).at('email')).toBe(
    google.person.email,
  );
  expect((await anonymous.post('/auth/oauth/exchange', { code, codeVerifier })).status).toBe(401);
  const elsewhere = await anonymous.get(
    `/auth/oauth/google?redirect_uri=https%3A%2F%2Fevil.example%2F&code_challenge=${challenge}`,
  );
  expect([elsewhere.status, elsewhere.at('error.details.field')]).toEqual([400, 'redirect_uri']);
});

it('lets its own GraphiQL and playground sign in as programs do, and no other page', async () => {
  const app = 'https://ocore.example.com';
  const behindProxy = await Ocore.start({ APP_URL: app, ...google.env });
  const begin = (address: string) =>
    new Client(behindProxy.url, null, null).graphql(
      'mutation ($to: String, $challenge: String) { beginOAuth(provider: "google", redirectUri: $to, codeChallenge: $challenge) { url } }',
      { to: address, challenge: 'x'.repeat(43) },
    );
  for (const path of ['/graphql', '/docs/api'])
    expect((await begin(app + path)).text('data.beginOAuth.url')).toContain(google.url);
  for (const address of [
    `${app}/`,
    `${app}/graphql?next=x`,
    `${app}/graphql/../x`,
    'https://ocore.example.com.evil.example/graphql',
    'https://ocore.example.com@evil.example/graphql',
    'http://127.0.0.1@evil.example/',
    'javascript:alert(1)',
  ]) {
    expect([address, (await begin(address)).at('errors.0.extensions.code')]).toEqual([address, 'validation_error']);
  }
  await behindProxy.stop();
});

it('makes no account where sign-up is closed', async () => {
  await ocore.sql('INSERT INTO installation_settings (id, signup_open, updated_at) VALUES (1, false, now())');
  google.person = { id: unique(), email: `late-${unique()}@example.com`, emailVerified: true, name: 'Late' };
  const { answer } = await signInWith('google');
  expect([answer.status, String(answer.body)]).toEqual([403, expect.stringContaining('Sign-up is closed')]);
  expect(await ocore.sql('SELECT 1 FROM users WHERE email = $1', [google.person.email])).toEqual([]);
  await ocore.sql('DELETE FROM installation_settings');
});
