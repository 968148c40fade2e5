import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { axeInAllLooks } from '../kit/looks.ts';
import { addAuthenticator, openBrowser, openTab, type Tab } from '../kit/chromium.ts';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';

// Passkeys need a host name.
it.override('appUrl', ({ port }) => `http://localhost:${port}`);
it.override('env', ({ appUrl, google }) => ({ APP_URL: appUrl, ...google.env }));

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const password = 'correct horse 1';

async function invited(ocore: Ocore, owner: Client, email: string): Promise<string> {
  const roleId = await owner.roleId('Developer');
  expect((await owner.post('/members/invite', { email, roleId })).status).toBe(201);
  return /http\S+accept-invitation\S+/.exec(await ocore.letterTo(email))?.[0] ?? '';
}

async function inviteLink(owner: Client): Promise<string> {
  return (await owner.post('/invite-links', { roleId: await owner.roleId('Viewer') })).text('url');
}

const heading = (page: Page): Promise<string | null> => page.textContent('h1');
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click();
const follow = (page: Page, name: string): Promise<void> => page.getByRole('link', { name, exact: true }).click();

/** Whoever is signed in on the page signs out on the start page. */
async function signOut({ page }: Tab): Promise<void> {
  await page.goto('/');
  await press(page, 'Sign out');
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
}

async function newTab(address: string): Promise<Tab> {
  return openTab(browser, address, { baseURL: new URL(address).origin });
}

it('a colleague without an account joins by the invitation’s letter', async ({ ocore, owner }) => {
  const link = await invited(ocore, owner, 'grace@example.com');
  const tab = await newTab(link);
  const { page, offences } = tab;
  expect(await page.textContent('dl')).toContain("owner's organization");
  expect(await axeInAllLooks(page, 'invitation-new')).toEqual([]);
  await page.fill('#name', 'Grace Hopper');
  await page.fill('#password', 'password123');
  await press(page, 'Create the account and join');
  expect(await page.textContent('[role=alert]')).toContain('is a common password');
  expect(await axeInAllLooks(page, 'invitation-error')).toEqual([]);
  await page.fill('#password', password);
  await press(page, 'Create the account and join');
  await page.getByText('X-Org-Slug').waitFor();
  expect(await heading(page)).toBe("You are a member of owner's organization");
  expect(await axeInAllLooks(page, 'joined')).toEqual([]);
  await follow(page, 'Continue');
  expect(await page.textContent('main')).toContain('You are signed in as Grace Hopper (grace@example.com)');
  expect(await axeInAllLooks(page, 'home-signed-in')).toEqual([]);
  expect((await owner.get('/members?search=grace')).at('data.0.role.name')).toBe('Developer');
  // The browser says of a refused form that it failed to load it.
  expect(offences.filter((one) => !one.includes('400 (Bad Request)'))).toEqual([]);
  await signOut(tab);
  await page.goto(link);
  expect(await page.textContent('main')).toContain('already used');
  await page.close();
});

it('a colleague with an account signs in to join, as nobody else', async ({ ocore, owner }) => {
  const [ada, mallory] = [await ocore.owner('ada'), await ocore.owner('mallory')];
  const link = await invited(ocore, owner, ada.email);
  const tab = await newTab(link);
  const { page, offences } = tab;
  expect(await axeInAllLooks(page, 'invitation-known')).toEqual([]);
  await follow(page, 'Sign in to join');
  await page.fill('#email', mallory.email);
  await page.fill('#password', 'wrong');
  await press(page, 'Sign in');
  expect(await page.textContent('[role=alert]')).toBe('The e-mail address or the password is wrong.');
  expect(await axeInAllLooks(page, 'sign-in-error')).toEqual([]);
  await page.fill('#password', password);
  await press(page, 'Sign in');
  expect(await page.textContent('.note')).toContain(`the invitation is for ${ada.email}`);
  expect(await axeInAllLooks(page, 'invitation-wrong-address')).toEqual([]);
  await press(page, 'Sign out and continue');
  await follow(page, 'Sign in to join');
  expect(await page.inputValue('#email')).toBe(ada.email);
  await page.fill('#password', password);
  await press(page, 'Sign in');
  await press(page, "Join owner's organization");
  await page.getByText('X-Org-Slug').waitFor();
  expect((await owner.get(`/members?search=${ada.email}`)).at('data.0.role.name')).toBe('Developer');
  expect(offences.filter((one) => !one.includes('401 (Unauthorized)'))).toEqual([]);

  // She is still signed in: one button of an invite link of another organization is enough.
  await page.goto(await inviteLink(mallory));
  expect(await axeInAllLooks(page, 'invite-link')).toEqual([]);
  await press(page, "Join mallory's organization");
  await page.getByText('X-Org-Slug').waitFor();
  expect((await mallory.get(`/members?search=${ada.email}`)).at('data.0.role.name')).toBe('Viewer');
  await page.close();
});

it('a stranger to oCore joins by an invite link', async ({ owner }) => {
  const { page, offences } = await newTab(await inviteLink(owner));
  await follow(page, 'Create an account');
  expect(await axeInAllLooks(page, 'sign-up')).toEqual([]);
  await page.fill('#name', 'Linus');
  await page.fill('#email', 'linus@example.com');
  await page.fill('#password', password);
  await press(page, 'Create the account');
  await press(page, "Join owner's organization");
  await page.getByText('X-Org-Slug').waitFor();
  expect((await owner.get('/members?search=linus')).at('data.0.role.name')).toBe('Viewer');
  expect(offences).toEqual([]);
  await page.close();
});

it('one signs in with a provider, or with a passkey, and is led back', async ({ appUrl, google, owner }) => {
  google.person = { id: '7', email: 'edsger@example.com', emailVerified: true, name: 'Edsger' };
  const link = (await inviteLink(owner)).replace(/^http:\/\/[^/]+/, appUrl);
  const tab = await openTab(browser, link, { baseURL: appUrl });
  const { page } = tab;
  await follow(page, 'Sign in');
  expect(await axeInAllLooks(page, 'sign-in')).toEqual([]);
  await follow(page, 'Continue with Google');
  await press(page, "Join owner's organization");
  await page.getByText('X-Org-Slug').waitFor();

  // Only this page may ask the API.
  await page.goto('/sign-in');
  await addAuthenticator(page);
  const made = await page.evaluate(async () => {
    const csrf = /ocore_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
    const post = (path: string, body: unknown) =>
      fetch(`/api/user/passkeys/register/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
        body: JSON.stringify(body),
      });
    const { publicKey } = await (await post('begin', { device_name: 'Laptop' })).json();
    const credential = await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
    });
    return (await post('finish', credential instanceof PublicKeyCredential ? credential.toJSON() : null)).status;
  });
  expect(made).toBe(201);
  await signOut(tab);
  await page.goto('/sign-in?next=/resend-verification');
  await press(page, 'Use a passkey');
  await page.waitForURL(({ pathname }) => pathname === '/resend-verification');
  await page.goto('/');
  expect(await page.textContent('main')).toContain('You are signed in as Edsger');
  await page.close();
});

it('the other pages are fit for everybody', async ({ ocore }) => {
  const pages = {
    home: '/',
    forgot: '/forgot-password',
    'not-found': '/nothing/here',
    api: '/api',
    'reset-password': '/reset-password?token=x',
    undo: '/undo-email-change?token=x',
    'bad-invitation': '/accept-invitation?token=x',
    outbox: '/outbox',
  };
  const { page } = await openTab(browser, ocore.url);
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(`${ocore.url}${path}`);
    expect(await axeInAllLooks(page, name)).toEqual([]);
  }
  await page.close();
});
