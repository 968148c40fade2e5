import { generate } from 'otplib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import { openBrowser, openTab, signIn } from '../kit/chromium.ts';
import { it } from '../kit/fixtures.ts';
import { openTabNamed, run, signInToGraphiQL, waitForResponse, writeVariables } from '../kit/graphiql.ts';
import { newSshKey } from '../kit/ssh-key.ts';

it.override('ownerName', 'ada');

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const password = 'correct horse 1';

it('GraphiQL: signs in, follows the tour, and shows a change live', async ({ ocore, owner }) => {
  const { page, offences } = await openTab(browser, `${ocore.url}/graphql`);
  await signInToGraphiQL(page, owner.email, password);
  expect(await page.textContent('.graphiql-editors')).toContain('x-org-slug');

  await openTabNamed(page, 'CreateProject');
  await run(page);
  await waitForResponse(page, '"slug": "erp"');
  // The id that the project got is filled in where the next tab names it.
  await openTabNamed(page, 'CreateEnvironment');
  await run(page);
  await waitForResponse(page, '"type": "development"');
  expect((await owner.get('/environments')).at('data.0.name')).toBe('development');

  await openTabNamed(page, 'RegisterServer');
  await writeVariables(page, {
    input: {
      name: 'berlin-1',
      host: '127.0.0.1',
      port: 1,
      sshUser: 'root',
      sshPrivateKey: newSshKey().private,
    },
  });
  await run(page);
  await waitForResponse(page, '"status": "queued"');

  await openTabNamed(page, 'Watch');
  await run(page);
  await waitForResponse(page, '"kind": "server.validate"');
  const operation = (await owner.get('/operations')).text('data.0.id');
  await owner.post(`/operations/${operation}/cancel`);
  await waitForResponse(page, '"status": "cancelled"');

  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer');
  await page.click('button[aria-label="Show GraphiQL Explorer"]');
  await page.waitForSelector('.graphiql-explorer-root');
  // The token stays with the tab.
  expect(await page.evaluate(() => Object.values(localStorage).join().includes('eyJ'))).toBe(false);
  expect(offences).toEqual([]);
  await page.close();
});

it('the sign-in bar asks for the second factor of who has one', async ({ ocore }) => {
  const careful = await ocore.owner('careful');
  const setup = await careful.post('/user/totp/setup', { password });
  const { recoveryCodes } = z
    .object({ recoveryCodes: z.array(z.string()) })
    .parse((await careful.post('/user/totp/enable', { code: await generate({ secret: setup.text('secret') }) })).body);
  const { page, offences } = await openTab(browser, `${ocore.url}/docs/api`);
  await page.fill('#bar input[name=email]', careful.email);
  await page.fill('#bar input[name=password]', password);
  await page.click('#bar button[type=submit]');
  await page.fill('#bar input[name=code]', recoveryCodes[0] ?? '');
  await page.click('#bar button[type=submit]');
  await page.waitForSelector('#bar select');
  expect(offences).toEqual([]);
  await page.close();
});

it('the playground: signs in, sends a request, and writes it in curl, JavaScript and Python', async ({
  ocore,
  owner,
}) => {
  const project = await owner.post('/projects', { name: 'Seen in the playground' });
  const { page, offences } = await openTab(browser, `${ocore.url}/docs/api#tag/projects/GET/projects`);
  await signIn(page, owner.email, password);
  const operation = page.locator('[id$="tag/projects/GET/projects"]').first();
  await operation.scrollIntoViewIfNeeded();
  for (const [client, sign] of [
    ['Curl', '--header'],
    ['Fetch', 'fetch('],
    ['Requests', 'requests.get('],
  ] as const) {
    await operation
      .getByRole('button', { name: /(Shell|JavaScript|Python)/ })
      .first()
      .click();
    await page
      .locator('li')
      .filter({ hasText: new RegExp(`^${client}$`) })
      .first()
      .click();
    await operation.locator('pre').filter({ hasText: sign }).first().waitFor();
  }
  await operation.getByText('Test Request').click();
  await page.getByRole('button', { name: /^Send get request/ }).click();
  await page.getByText('Seen in the playground').first().waitFor();
  expect(project.status).toBe(201);
  expect(offences).toEqual([]);
  await page.close();
});

it.for<[string, NonNullable<Parameters<typeof openTab>[2]>]>([
  ['a phone', { viewport: { width: 390, height: 844 }, isMobile: true }],
  ['a wide screen', {}],
  ['dark mode', { colorScheme: 'dark' }],
])('the documentation reads well on %s', async ([_what, options], { ocore }) => {
  for (const path of [
    '/docs/',
    '/docs/guides/servers',
    '/docs/guides/organizations',
    '/docs/errors',
    '/docs/errors/conflict',
    '/docs/graphql/mutations',
  ]) {
    const { page, offences } = await openTab(browser, `${ocore.url}${path}`, options);
    // Nothing sticks out of the side.
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)]).toEqual([
      path,
      true,
    ]);
    const [paper, ink] = await page.evaluate(() => {
      const style = getComputedStyle(document.body);
      return [style.backgroundColor, style.color];
    });
    expect([paper, ink]).toEqual(
      'colorScheme' in options ? ['rgb(18, 22, 29)', 'rgb(228, 232, 239)'] : ['rgb(255, 255, 255)', 'rgb(28, 36, 48)'],
    );
    expect([path, offences]).toEqual([path, []]);
    await page.close();
  }
});

it('the search finds what people type, guides first, and says what it found and where', async ({ ocore }) => {
  const { page, offences } = await openTab(browser, `${ocore.url}/docs/search`);
  const wrong: unknown[] = [];
  for (const [words, address] of [
    ['invite', '/docs/guides/members#invite'],
    ['how do I invite somebody', '/docs/guides/members#invite'],
    ['ssl', '/docs/guides/production#tls-and-the-proxy'],
    ['certifcate', '/docs/guides/production#tls-and-the-proxy'],
    ['password', '/docs/guides/account#password'],
    ['pasword', '/docs/guides/account#password'],
    ['backup', '/docs/guides/production#backup'],
    ['server', '/docs/guides/servers'],
    ['login', '/docs/guides/authentication#sign-in'],
    ['host key', '/docs/guides/servers#host-keys'],
    ['recovery codes', '/docs/guides/two-factor#new-recovery-codes'],
    ['docker_error', '/docs/errors/docker_error'],
    ['rate_limit_exceeded', '/docs/errors/rate_limit_exceeded'],
    ['createServer', '/docs/graphql/mutations#createServer'],
  ] as const) {
    await page.goto(`${ocore.url}/docs/search?q=${encodeURIComponent(words)}`);
    const first = page.locator('#found a').first();
    await first.waitFor();
    const found = [words, await first.getAttribute('href')];
    if (found[1] !== address) wrong.push(found);
  }
  expect(wrong).toEqual([]);

  await page.goto(`${ocore.url}/docs/search?q=server`);
  const kinds = await page.locator('#found .kind').allTextContents();
  const lastThatExplains = Math.max(kinds.lastIndexOf('Guide'), kinds.lastIndexOf('Error'));
  expect(kinds[0]).toBe('Guide');
  expect(kinds.slice(lastThatExplains + 1)).toEqual(expect.arrayContaining(['REST', 'GraphQL']));
  expect(kinds.slice(0, lastThatExplains).filter((kind) => kind === 'REST' || kind === 'GraphQL')).toEqual([]);
  const excerpts = await page.locator('#found .excerpt').allTextContents();
  expect(Math.max(...excerpts.map((text) => text.length))).toBeLessThan(200);
  expect(await page.locator('#found mark').first().textContent()).toMatch(/^server/i);
  expect(offences).toEqual([]);
  await page.close();
});
