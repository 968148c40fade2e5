import { generate } from 'otplib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import { Client } from '../kit/client.ts';
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
  // The first tab only reads.
  await openTabNamed(page, 'Overview');
  await run(page);
  await waitForResponse(page, owner.email);

  await openTabNamed(page, 'CreateProject');
  await run(page);
  await waitForResponse(page, '"slug": "erp"');
  // The id that the project got is filled in where the next tab names it.
  await openTabNamed(page, 'CreateEnvironment');
  expect(await page.textContent('.filled')).toBe('projectIdERP');
  await run(page);
  await waitForResponse(page, '"type": "development"');
  expect((await owner.get('/environments')).at('data.0.name')).toBe('development');

  await openTabNamed(page, 'RegisterServer');
  await run(page);
  await waitForResponse(page, 'First replace <host> and <sshPrivateKey> in the variables.');
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

  // What was made is still known after a reload.
  await page.reload();
  await openTabNamed(page, 'Provision');
  expect(await page.textContent('.filled')).toBe('serverIdberlin-1environmentIddevelopment');

  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer');
  await page.click('button[aria-label="Show GraphiQL Explorer"]');
  await page.waitForSelector('.graphiql-explorer-root');
  // The tokens stay with the tab, and are not on the screen.
  expect(await page.evaluate(() => Object.values(localStorage).join().includes('eyJ'))).toBe(false);
  await page.click('button[data-name=headers]');
  await page
    .locator('.graphiql-editor-tool .view-lines')
    .filter({ hasText: owner.org ?? '' })
    .first()
    .waitFor();
  expect(await page.textContent('.graphiql-editors')).not.toContain('Bearer');
  expect(offences).toEqual([]);
  await page.close();
}, 300_000);

it('GraphiQL on a phone: uses the server that is there already, refreshes tokens, and says that a sign-in has ended', async ({
  ocore,
  owner,
}) => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  const { page, offences } = await openTab(browser, `${ocore.url}/graphql`, phone);
  await signInToGraphiQL(page, owner.email, password);
  await openTabNamed(page, 'RegisterServer');
  await run(page);
  await waitForResponse(page, 'The server berlin-1 is registered already, and the next tabs use it.');
  // The answer stands below the question, as wide as the screen.
  for (const part of ['.graphiql-editors', '.graphiql-response'])
    expect((await page.locator(part).boundingBox())?.width).toBeGreaterThan(350);

  const session = z.object({ accessToken: z.string(), refreshToken: z.string() });
  const change = async (parts: object) =>
    session.parse(
      await page.evaluate((changes) => {
        const now = JSON.parse(sessionStorage.getItem('ocore.session') ?? '{}');
        sessionStorage.setItem('ocore.session', JSON.stringify({ ...now, ...changes }));
        return now;
      }, parts),
    );
  // A token that has ended by the page's clock, and one that the gateway refuses.
  for (const ended of [{ expiresAt: Date.now() }, { accessToken: 'eyJ.ended' }]) {
    const before = await change(ended);
    await openTabNamed(page, 'Overview');
    await run(page);
    await waitForResponse(page, '"organization": {');
    const after = await change({});
    expect([after.accessToken !== before.accessToken, after.refreshToken !== before.refreshToken]).toEqual([
      true,
      true,
    ]);
    await openTabNamed(page, 'Watch');
  }
  const now = await change({});
  await new Client(ocore.url, now.accessToken, null).post('/auth/logout');
  await openTabNamed(page, 'Overview');
  await run(page);
  await page.locator('#bar output').filter({ hasText: 'Your sign-in has expired. Sign in again.' }).waitFor();
  await signIn(page, owner.email, password);
  await run(page);
  await waitForResponse(page, '"organization": {');
  expect(offences.filter((one) => !one.includes('401'))).toEqual([]);
  await page.close();
}, 300_000);

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

it('the playground: sends what was chosen, and writes it in curl, JavaScript and Python', async ({ ocore, owner }) => {
  await owner.post('/projects', { name: 'Seen in the playground' });
  // Where the operation was before it had a page of its own.
  const { page, offences } = await openTab(browser, `${ocore.url}/docs/api#tag/projects/GET/projects`);
  await page.waitForURL(`${ocore.url}/docs/api/listProjects`);
  await page.locator('#hint').filter({ hasText: 'Sign in' }).waitFor();
  await signIn(page, owner.email, password);
  const sent = page.waitForRequest((request) => new URL(request.url()).pathname === '/api/projects');
  await page.getByRole('button', { name: 'Send' }).click();
  expect(new URL((await sent).url()).search).toBe('');
  await page.locator('#answer').filter({ hasText: 'Seen in the playground' }).waitFor();

  await page.fill('#query-limit', '1');
  await page.fill('#query-search', 'nowhere');
  for (const [language, text] of [
    ['curl', `-H "Authorization: Bearer $TOKEN" \\\n  -H 'X-Org-Slug: ${owner.org}'`],
    ['JavaScript', "headers: {\n    'Authorization': `Bearer $"],
    ['Python', 'requests.get('],
  ] as const) {
    await page.getByRole('tab', { name: language }).click();
    const written = await page.textContent('#snippet code');
    expect(written).toContain(text);
    expect(written).toContain(`${ocore.url}/api/projects?limit=1&search=nowhere`);
  }
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('#answer').filter({ hasText: '"data": []' }).waitFor();

  // The first hit opens, and the list shows where it is.
  await page.keyboard.press('Escape');
  await page.locator('h1').click();
  await page.keyboard.press('/');
  await page.keyboard.type('getEnvironment');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${ocore.url}/docs/api/getEnvironment`);
  expect(await page.textContent('#operations [aria-current] span')).toBe('Get an environment');
  expect(await page.locator('#operations [aria-current]').isVisible()).toBe(true);
  await page.getByText('Headers', { exact: true }).first().click();
  expect(await page.getAttribute('#header-X-Org-Slug', 'placeholder')).toBe(owner.org);
  // The organization's newest is offered; another id is refused with a word on what to do.
  await page.getByRole('button', { name: 'Use development' }).click();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('#answer .good').filter({ hasText: '200' }).waitFor();
  await page.fill('#path-id', '0197a1ee-3b96-7172-9d0f-4c6e8a1b2f65');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('link', { name: 'What not_found means' }).waitFor();

  // A change begins with nothing, and takes the fields that somebody adds.
  await page.goto(`${ocore.url}/docs/api/updateProject`, { waitUntil: 'networkidle' });
  expect(await page.inputValue('#body')).toBe('{}');
  await page.getByRole('button', { name: 'Use Seen in the playground' }).click();
  await page.selectOption('#add', 'description');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('#answer .good').filter({ hasText: '200' }).waitFor();
  expect((await owner.get('/projects')).at('data.0')).toMatchObject({
    name: 'Seen in the playground',
    description: expect.stringMatching(/./),
  });
  expect(offences.filter((one) => !one.includes('404'))).toEqual([]);
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
    '/docs/api',
    '/docs/api/createInstance',
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
    ['backup', '/docs/guides/own-backup#set-up'],
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
