import type { Browser, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { addAuthenticator, openBrowser } from '../kit/chromium.ts';
import { it } from '../kit/fixtures.ts';

it.override('appUrl', ({ port }) => `http://localhost:${port}`);
it.override('env', ({ appUrl }) => ({ APP_URL: appUrl }));
it.override('ownerName', 'ann');

let browser: Browser;
let page: Page;

it.beforeAll(async ({ appUrl }) => {
  browser = await openBrowser();
  page = await (await browser.newContext()).newPage();
  await addAuthenticator(page);
  // Any page of the origin will do.
  await page.goto(`${appUrl}/healthz`);
});
afterAll(async () => {
  await browser?.close();
});

/** What a web page does: asks for options, hands them to the browser, and sends back what the browser made of them. */
async function inBrowser(
  kind: 'create' | 'get',
  begin: { path: string; body: object },
  finish: string,
  token: string | null,
): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ({ kind, begin, finish, token }) => {
      const post = (path: string, body: unknown) =>
        fetch(`/api${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
          body: JSON.stringify(body),
        });
      const { publicKey } = await (await post(begin.path, begin.body)).json();
      const credential =
        kind === 'create'
          ? await navigator.credentials.create({
              publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
            })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      const answer = await post(finish, credential instanceof PublicKeyCredential ? credential.toJSON() : null);
      return { status: answer.status, body: await answer.json() };
    },
    { kind, begin, finish, token },
  );
}

it('registers a passkey in a browser and signs in with it, without a name and by e-mail address', async ({
  owner: person,
}) => {
  const registered = await inBrowser(
    'create',
    { path: '/user/passkeys/register/begin', body: { device_name: 'Chromium' } },
    '/user/passkeys/register/finish',
    person.token,
  );
  expect(registered).toMatchObject({ status: 201, body: { deviceName: 'Chromium', transport: ['internal'] } });
  const usernameless = await inBrowser(
    'get',
    { path: '/auth/passkey/login/begin', body: {} },
    '/auth/passkey/login/finish',
    null,
  );
  expect(usernameless).toMatchObject({
    status: 200,
    body: { user: { email: person.email }, accessToken: expect.any(String) },
  });
  const byEmail = await inBrowser(
    'get',
    { path: '/auth/passkey/login/begin', body: { email: person.email } },
    `/auth/passkey/login/finish?email=${encodeURIComponent(person.email)}`,
    null,
  );
  expect(byEmail).toMatchObject({ status: 200, body: { user: { email: person.email } } });
  const sessions = await person.get('/user/sessions');
  expect(sessions.at('data.0')).toMatchObject({
    deviceName: 'Chrome on Linux',
    method: 'passkey',
    strong: true,
    current: false,
  });
  // The browser knows that it holds this account's passkey already.
  await expect(
    inBrowser(
      'create',
      { path: '/user/passkeys/register/begin', body: {} },
      '/user/passkeys/register/finish',
      person.token,
    ),
  ).rejects.toThrow('InvalidStateError');
});
