import { generate } from 'otplib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { addAuthenticator, openBrowser, openTab } from '../kit/chromium.ts';
import { it } from '../kit/fixtures.ts';
import { openTabNamed, run, waitForResponse } from '../kit/graphiql.ts';

// Passkeys need a host name.
it.override('appUrl', ({ port }) => `http://localhost:${port}`);
it.override('env', ({ appUrl, google }) => ({ APP_URL: appUrl, ...google.env }));
it.override('ownerName', 'ada');

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const password = 'correct horse 1';

it('GraphiQL signs in with a provider, and leaves no code in the address', async ({ appUrl, google }) => {
  google.person = { id: '7', email: 'grace@example.com', emailVerified: true, name: 'Grace' };
  const { page } = await openTab(browser, `${appUrl}/graphql`);
  await page.getByRole('button', { name: 'Google' }).click();
  await page.waitForSelector('#bar select');
  expect([new URL(page.url()).pathname, new URL(page.url()).search, await page.textContent('#bar .who span')]).toEqual([
    '/graphql',
    '',
    'grace@example.com',
  ]);
  await openTabNamed(page, 'CreateProject');
  await run(page);
  await waitForResponse(page, '"slug": "erp"');
  await page.close();

  // The playground comes back to the operation.
  const { page: other } = await openTab(browser, `${appUrl}/docs/api/listProjects`);
  await other.getByRole('button', { name: 'Google' }).click();
  await other.waitForURL(`${appUrl}/docs/api/listProjects`);
  await other.waitForSelector('#bar select');
  await other.close();
});

it('a code that another page was given is worth nothing', async ({ appUrl }) => {
  const { page } = await openTab(browser, `${appUrl}/docs/api?code=ocore_t_stolen`);
  await page.getByRole('button', { name: 'Google' }).waitFor();
  expect(await page.locator('#bar select').count()).toBe(0);
  await page.close();
});

it('the playground signs in with a passkey, alone and as the second step', async ({ appUrl, owner }) => {
  const { page, offences } = await openTab(browser, `${appUrl}/docs/api`);
  await addAuthenticator(page);
  await page.evaluate(async (token) => {
    const post = (path: string, body: unknown) =>
      fetch(`/api/user/passkeys/register/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
    const { publicKey } = await (await post('begin', { device_name: 'Laptop' })).json();
    const credential = await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
    });
    await post('finish', credential instanceof PublicKeyCredential ? credential.toJSON() : null);
  }, owner.token);
  await page.getByRole('button', { name: 'Passkey' }).click();
  await page.waitForSelector('#bar select');
  expect(await page.textContent('#bar .who span')).toBe(owner.email);
  await page.getByRole('button', { name: 'Sign out' }).click();

  const setup = await owner.post('/user/totp/setup', { password });
  await owner.post('/user/totp/enable', { code: await generate({ secret: setup.text('secret') }) });
  await page.fill('#bar input[name=email]', owner.email);
  await page.fill('#bar input[name=password]', password);
  await page.click('#bar button[type=submit]');
  await page.waitForSelector('#bar input[name=code]');
  await page.getByRole('button', { name: 'Passkey' }).click();
  await page.waitForSelector('#bar select');
  expect((await owner.get('/user/sessions')).at('data.0')).toMatchObject({ method: 'passkey', strong: true });
  expect(offences).toEqual([]);
  await page.close();
});
