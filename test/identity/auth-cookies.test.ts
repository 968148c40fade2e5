import { createClient } from 'graphql-ws';
import { describe, expect } from 'vitest';
import WebSocket from 'ws';
import { BrowserClient } from '../kit/browser.ts';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';

async function signedIn(ocore: Ocore, name: string): Promise<{ browser: BrowserClient; owner: Client }> {
  const owner = await ocore.owner(name);
  const browser = new BrowserClient(ocore.url);
  const answer = await browser.api('POST', '/auth/login', { email: owner.email, password: 'correct horse 1' });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  browser.org = owner.org;
  return { browser, owner };
}

const graphql = (browser: BrowserClient, query: string, headers: Record<string, string>) =>
  browser.send('POST', '/graphql', { body: JSON.stringify({ query }), type: 'application/json', headers });

it('keeps the session in cookies that scripts cannot read, and no token in the answer', async ({ ocore }) => {
  const { browser } = await signedIn(ocore, 'ann');
  expect(browser.attributes('ocore_access')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(browser.attributes('ocore_refresh')).toMatch(/; Path=\/api\/auth; HttpOnly; SameSite=Lax$/);
  expect(browser.attributes('ocore_csrf')).not.toContain('HttpOnly');
  const refreshed = await browser.api('POST', '/auth/refresh');
  expect([
    refreshed.status,
    refreshed.at('accessToken'),
    refreshed.at('refreshToken'),
    refreshed.at('csrfToken'),
  ]).toEqual([200, null, null, browser.cookie('ocore_csrf')]);
  expect((await browser.api('GET', '/user')).status).toBe(200);
  expect(
    (await graphql(browser, 'mutation { logout }', { 'x-csrf-token': browser.cookie('ocore_csrf') ?? '' })).at(
      'data.logout',
    ),
  ).toBe(true);
  expect([
    browser.cookie('ocore_access'),
    browser.cookie('ocore_refresh'),
    (await browser.api('GET', '/user')).status,
  ]).toEqual([undefined, undefined, 401]);
});

it('refuses an Idempotency-Key where cookies are set, which a repeated response would not have', async ({ ocore }) => {
  const { browser } = await signedIn(ocore, 'ida');
  const before = browser.cookie('ocore_refresh');
  const refused = await browser.api('POST', '/auth/refresh', {}, { 'idempotency-key': 'a-key' });
  expect([
    refused.status,
    refused.at('error.code'),
    refused.at('error.details.field'),
    refused.at('error.details.constraint'),
    browser.cookie('ocore_refresh') === before,
  ]).toEqual([400, 'validation_error', 'Idempotency-Key', 'not_supported', true]);
  expect((await browser.api('POST', '/auth/refresh')).status).toBe(200);
});

it('gives tokens to whoever does not ask for cookies, and sets none', async ({ ocore }) => {
  const owner = await ocore.owner('bea');
  const answer = await new Client(ocore.url, null, null).post('/auth/login', {
    email: owner.email,
    password: 'correct horse 1',
  });
  expect([answer.text('accessToken').length > 50, answer.headers.getSetCookie(), answer.at('csrfToken')]).toEqual([
    true,
    [],
    null,
  ]);
});

describe('what pages of other sites can make a browser send', () => {
  it('changes nothing, by REST or GraphQL', async ({ ocore }) => {
    const { browser, owner } = await signedIn(ocore, 'cyd');
    const { browser: other } = await signedIn(ocore, 'other');
    const csrf = browser.cookie('ocore_csrf') ?? '';
    const attempts: [string, Record<string, string>][] = [
      ['no token', {}],
      ['a made-up token', { 'x-csrf-token': 'x'.repeat(43) }],
      ["another session's token", { 'x-csrf-token': other.cookie('ocore_csrf') ?? '' }],
      ['another origin', { 'x-csrf-token': csrf, origin: 'https://evil.example' }],
      ['an opaque origin', { 'x-csrf-token': csrf, origin: 'null' }],
    ];
    for (const [what, headers] of attempts) {
      const rest = await browser.send('POST', '/api/projects', {
        body: '{"name":"Forged"}',
        type: 'application/json',
        headers,
      });
      expect([what, rest.status]).toEqual([what, 403]);
      expect([
        what,
        (await graphql(browser, 'mutation { createProject(input: { name: "Forged" }) { id } }', headers)).at(
          'errors.0.extensions.code',
        ),
      ]).toEqual([what, 'forbidden']);
    }
    expect((await owner.get('/projects')).at('data')).toEqual([]);
    expect(
      (
        await browser.send('POST', '/api/projects', {
          body: '{"name":"Meant"}',
          type: 'application/json',
          headers: { 'x-csrf-token': csrf },
        })
      ).status,
    ).toBe(201);
  });

  it('reads nothing, but a link may be followed', async ({ ocore }) => {
    const { browser } = await signedIn(ocore, 'dot');
    const fetched = await browser.get('/api/user', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'cors',
      origin: 'https://evil.example',
    });
    expect([fetched.status, fetched.at('error.details.constraint')]).toEqual([403, 'origin']);
    expect(
      (await browser.get('/api/user', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status,
    ).toBe(403);
    expect(
      (await browser.get('/api/user', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status,
    ).toBe(200);
    expect(
      (
        await browser.get('/graphql?query=%7Bme%7Bid%7D%7D', {
          accept: 'text/event-stream',
          'sec-fetch-site': 'cross-site',
          'sec-fetch-mode': 'no-cors',
        })
      ).body,
    ).not.toMatch(/"me":\{/);
  });

  it('signs nobody in or out, and trades no refresh token', async ({ ocore }) => {
    const { browser, owner } = await signedIn(ocore, 'eli');
    const evil = { origin: 'https://evil.example', 'x-ocore-session': 'cookie' };
    expect(
      (await browser.send('POST', '/api/auth/refresh', { body: '{}', type: 'application/json', headers: evil })).status,
    ).toBe(400);
    expect(
      (await browser.send('POST', '/api/auth/logout', { body: '{}', type: 'application/json', headers: evil })).status,
    ).toBe(403);
    const login = await new BrowserClient(ocore.url).send('POST', '/api/auth/login', {
      body: JSON.stringify({ email: owner.email, password: 'correct horse 1' }),
      type: 'application/json',
      headers: evil,
    });
    expect(login.headers.getSetCookie()).toEqual([]);
    expect((await browser.api('GET', '/user')).status).toBe(200);
  });

  it('opens no socket that acts', async ({ ocore }) => {
    const { browser } = await signedIn(ocore, 'fay');
    const cookie = browser.cookieHeader(new URL('/graphql', ocore.url));
    const socket = (origin: string, connectionParams: Record<string, string>) => {
      class Browser extends WebSocket {
        constructor(address: string, protocols: string[]) {
          super(address, protocols, { headers: { cookie, origin } });
        }
      }
      return createClient({
        url: `${ocore.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: Browser,
        retryAttempts: 0,
        connectionParams,
      });
    };
    const ask = async (origin: string, params: Record<string, string>): Promise<string> => {
      const client = socket(origin, params);
      try {
        for await (const { data } of client.iterate({ query: '{ me { email } }' })) return JSON.stringify(data);
        return 'nothing';
      } catch {
        return 'refused';
      } finally {
        await client.dispose();
      }
    };
    const csrf = browser.cookie('ocore_csrf') ?? '';
    expect(await ask(ocore.url, { 'x-csrf-token': csrf })).toContain('@example.com');
    expect(await ask(ocore.url, {})).toBe('refused');
    expect(await ask('https://evil.example', { 'x-csrf-token': csrf })).toBe('refused');
  });
});

it('lets the Authorization header win over cookies, which then need no CSRF token', async ({ ocore }) => {
  const { browser } = await signedIn(ocore, 'gus');
  const owner = await ocore.owner('hal');
  const answer = await browser.send('POST', '/api/projects', {
    body: '{"name":"By token"}',
    type: 'application/json',
    headers: { authorization: `Bearer ${owner.token}`, 'x-org-slug': owner.org ?? '' },
  });
  expect(answer.status).toBe(201);
});

it('is not kept from signing in by old cookies', async ({ ocore }) => {
  const { browser, owner } = await signedIn(ocore, 'ida');
  await owner.graphql('{ me { id } }');
  await ocore.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = (SELECT id FROM users WHERE email = $1)', [
    owner.email,
  ]);
  expect((await browser.api('GET', '/user')).at('error.message')).toContain('The session has ended');
  expect((await browser.api('POST', '/auth/login', { email: owner.email, password: 'correct horse 1' })).status).toBe(
    200,
  );
  expect((await browser.api('GET', '/user')).status).toBe(200);
});

describe('refresh', () => {
  const end = async (browser: BrowserClient): Promise<number> => (await browser.api('GET', '/user')).status;

  it('of two tabs at once: one is told to use the new cookie, and the session lives', async ({ ocore }) => {
    const { browser } = await signedIn(ocore, 'jan');
    const old = browser.cookie('ocore_refresh') ?? '';
    expect((await browser.api('POST', '/auth/refresh')).status).toBe(200);
    const fresh = browser.cookie('ocore_refresh') ?? '';
    browser.setCookie('ocore_refresh', old);
    const late = await browser.api('POST', '/auth/refresh');
    expect([late.status, late.at('error.code'), late.headers.getSetCookie()]).toEqual([409, 'refresh_in_progress', []]);
    browser.setCookie('ocore_refresh', fresh);
    expect([(await browser.api('POST', '/auth/refresh')).status, await end(browser)]).toEqual([200, 200]);
  });

  it('with a cookie that was traded a while ago, or one before that, ends the session', async ({ ocore }) => {
    for (const age of ['a while ago', 'one before']) {
      const { browser } = await signedIn(ocore, 'kay');
      const old = browser.cookie('ocore_refresh') ?? '';
      await browser.api('POST', '/auth/refresh');
      if (age === 'one before') await browser.api('POST', '/auth/refresh');
      else await ocore.sql("UPDATE used_refresh_tokens SET used_at = now() - interval '11 seconds'");
      browser.setCookie('ocore_refresh', old);
      expect([(await browser.api('POST', '/auth/refresh')).status, await end(browser)]).toEqual([401, 401]);
    }
  });

  it('without cookies has no such moment: of two at once one wins and the session ends, and it is audited', async ({
    ocore,
  }) => {
    const owner = await ocore.owner('lou');
    const anonymous = new Client(ocore.url, null, null);
    const both = await Promise.all([
      anonymous.post('/auth/refresh', { refreshToken: owner.refreshToken }),
      anonymous.post('/auth/refresh', { refreshToken: owner.refreshToken }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const winner = both.find(({ status }) => status === 200);
    expect((await new Client(ocore.url, winner?.text('accessToken') ?? '', null).get('/user')).status).toBe(401);
    expect(
      await ocore.sql("SELECT action FROM audit_entries WHERE resource_name = $1 AND action = 'auth.refresh_reused'", [
        owner.email,
      ]),
    ).toHaveLength(1);
  });

  it('knows every token of the family, however old', async ({ ocore }) => {
    const owner = await ocore.owner('mia');
    const anonymous = new Client(ocore.url, null, null);
    const tokens = [owner.refreshToken];
    for (let index = 0; index < 4; index += 1)
      tokens.push((await anonymous.post('/auth/refresh', { refreshToken: tokens[index] })).text('refreshToken'));
    expect((await anonymous.post('/auth/refresh', { refreshToken: tokens[0] })).status).toBe(401);
    expect((await anonymous.post('/auth/refresh', { refreshToken: tokens[4] })).status).toBe(401);
  });
});

it('marks the cookies secure, with names that browsers guard, where the address is https', async () => {
  const secure = await Ocore.start({ APP_URL: 'https://ocore.example.com' });
  try {
    const owner = await secure.owner('sec');
    const browser = new BrowserClient(secure.url);
    await browser.api(
      'POST',
      '/auth/login',
      { email: owner.email, password: 'correct horse 1' },
      { origin: 'https://ocore.example.com' },
    );
    expect(browser.attributes('__Host-ocore_access')).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(browser.attributes('__Secure-ocore_refresh')).toMatch(/; Path=\/api\/auth; HttpOnly; Secure; SameSite=Lax$/);
    expect(browser.attributes('__Host-ocore_csrf')).toMatch(/; Path=\/; Secure; SameSite=Lax$/);
  } finally {
    await secure.stop();
  }
});
