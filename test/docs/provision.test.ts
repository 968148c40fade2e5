import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import { openBrowser, openTab, signIn } from '../kit/chromium.ts';
import { openTabNamed, run, signInToGraphiQL, waitForResponse, writeVariables } from '../kit/graphiql.ts';

it.override('serverCount', 2);
it.override('owner', async ({ ocore }) => {
  const ada = await ocore.owner('ada');
  // The pictures show a company's name.
  await ada.put('/org', { name: 'Example Ltd', slug: 'example' });
  return ada.in('example');
});

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const password = 'correct horse 1';
const pictures = process.env['TEST_PICTURES'];

/** The operation as the Watch tab shows it at its end. (The editor's spaces are of the kind that does not break.) */
const succeeded = (kind: string): RegExp =>
  new RegExp(`"kind":\\s"${kind.replace('.', '\\.')}",\\s*"status":\\s"succeeded"`);

/** The pictures of the README are taken here. */
async function picture(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

/** Every text that a part of the page has shown, from now on. */
async function watch(page: Page, selector: string, pattern: string): Promise<() => Promise<string[]>> {
  await page.evaluate(
    ([place, wanted]) => {
      const seen = new Set<string>();
      const look = (): void => {
        for (const found of document
          .querySelector(place)
          ?.textContent.replaceAll('\u00a0', ' ')
          .match(new RegExp(wanted, 'g')) ?? [])
          seen.add(found);
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
      Reflect.set(window, 'seen', () => [...seen]);
    },
    [selector, pattern] as const,
  );
  return () => page.evaluate(() => Reflect.get(window, 'seen')());
}

it('GraphiQL: from signing in to the log of a provisioned Odoo, by the tour', async ({ ocore, owner, server }) => {
  const { page, offences } = await openTab(browser, `${ocore.url}/graphql`, { viewport: { width: 1280, height: 860 } });
  await signInToGraphiQL(page, owner.email, password);

  await openTabNamed(page, 'RegisterServer');
  await writeVariables(page, {
    input: {
      name: 'berlin-1',
      host: server.host,
      port: server.sshd.port,
      sshUser: server.user,
      sshPrivateKey: server.sshd.privateKey,
      dockerSocket: server.engine.socket,
    },
  });
  await run(page);
  await waitForResponse(page, '"status": "queued"');
  await openTabNamed(page, 'Watch');
  await run(page);
  await waitForResponse(page, succeeded('server.validate'));

  for (const [tab, answer] of [
    ['CreateProject', '"slug": "erp"'],
    ['CreateEnvironment', '"type": "development"'],
    ['Provision', '"status": "provisioning"'],
  ] as const) {
    await openTabNamed(page, tab);
    await run(page);
    await waitForResponse(page, answer);
  }
  await openTabNamed(page, 'Watch');
  const progress = await watch(
    page,
    '.graphiql-response',
    '"kind": "instance\\.provision",\\s*"status": "\\w+",\\s*"progress": \\d+',
  );
  await run(page);
  await waitForResponse(page, /"progress":\s[5-9]\d,\s*"steps"/, 120_000);
  await picture(page, 'graphiql');
  await waitForResponse(page, succeeded('instance.provision'), 180_000);
  expect((await progress()).length, 'the progress arrives step by step').toBeGreaterThan(4);

  await openTabNamed(page, 'Logs');
  await run(page);
  // Line after line, each below those before.
  await waitForResponse(page, /("message"[^]*){2}/);
  // Pressed again, it stops.
  await run(page);
  await openTabNamed(page, 'Configure');
  await run(page);
  await waitForResponse(page, '"workers"');
  await openTabNamed(page, 'Watch');
  await run(page);
  await waitForResponse(page, succeeded('instance.configure'), 180_000);
  expect((await owner.get('/instances')).at('data.0.status')).toBe('running');
  expect(offences).toEqual([]);
  await page.close();
}, 600_000);

it('the playground: provisions an instance, and shows how far it is', async ({ ocore, owner, fleet }) => {
  const server = fleet.servers[1];
  if (!server) throw new Error('The fleet has no second server');
  const body = {
    name: 'From the playground',
    serverId: await owner.activeServer(server),
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  };
  const { page, offences } = await openTab(browser, `${ocore.url}/docs/api#tag/instances/POST/instances`, {
    viewport: { width: 1280, height: 860 },
  });
  await page.waitForURL(`${ocore.url}/docs/api/createInstance`);
  await signIn(page, owner.email, password);
  // The organization's newest server and environment are in the example.
  await page.locator('#snippet').filter({ hasText: body.environmentId }).waitFor();
  await page.fill('#body', JSON.stringify(body, null, 2));
  await picture(page, 'playground');
  const progress = await watch(page, '.progress', '[a-z]+, \\d+ %');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('#answer').filter({ hasText: '"operationId"' }).waitFor();
  const created = await owner.get('/instances?sort=-created_at');
  expect(created.at('data.0')).toMatchObject({ name: 'From the playground', status: 'provisioning' });
  await page
    .locator('.progress .head')
    .filter({ hasText: /running, [2-9]\d %/ })
    .waitFor({ timeout: 180_000 });
  await picture(page, 'playground-live');
  await page.locator('.progress .head').filter({ hasText: 'succeeded, 100 %' }).waitFor({ timeout: 180_000 });
  expect((await progress()).length, 'the progress arrives step by step').toBeGreaterThan(4);

  // The log of the operation, as events.
  await page.goto(`${ocore.url}/docs/api/listOperationLogs`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: /^Use instance\.provision/ }).click();
  await page.getByText('Headers', { exact: true }).first().click();
  await page.selectOption('#header-Accept', 'text/event-stream');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('#answer code').filter({ hasText: 'end' }).last().waitFor();
  expect((await owner.get(`/instances/${created.text('data.0.id')}`)).at('status')).toBe('running');
  expect(offences).toEqual([]);
  await page.close();
}, 600_000);
