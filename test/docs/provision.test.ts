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

async function openRequest(page: Page, anchor: string): Promise<void> {
  const operation = page.locator(`[id$="tag/${anchor}"]`).first();
  await operation.scrollIntoViewIfNeeded();
  await operation.getByText('Test Request').click();
  await page.getByText('Send Request').waitFor();
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
  await waitForResponse(page, '"message"');
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
  await signIn(page, owner.email, password);
  await openRequest(page, 'instances/POST/instances');
  await page.locator('.scalar-client .cm-content').last().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify(body, null, 2));
  await page.getByRole('button', { name: /^Send post request/ }).click();
  const answer = page.locator('.response-section-content .cm-content').last();
  // Drawn, as closing the request cancels what is still on its way.
  await answer.filter({ hasText: '"operationId"' }).waitFor();
  const created = await owner.get('/instances?sort=-created_at');
  expect(created.at('data.0')).toMatchObject({ name: 'From the playground', status: 'provisioning' });

  await page.keyboard.press('Escape');
  await page.goto(`${ocore.url}/docs/api#tag/operations/GET/operations/{id}`);
  await openRequest(page, 'operations/GET/operations/{id}');
  await page
    .locator('[contenteditable][aria-label=" Value"]')
    .first()
    .fill((await owner.get('/operations')).text('data.0.id'));
  const progress = new Set<string>();
  const send = async (): Promise<string> => {
    const came = page.waitForResponse((response) => /\/api\/operations\/[^/]+$/.test(new URL(response.url()).pathname));
    await page.getByRole('button', { name: /^Send get request/ }).click();
    await came;
    // Drawn anew a moment after it came.
    await page.waitForTimeout(500);
    return (await answer.textContent()) ?? '';
  };
  for (let shown = ''; !shown.includes('"status": "succeeded",  "progress": 100'); ) {
    shown = await send();
    progress.add(/"progress": (\d+)/.exec(shown)?.[1] ?? shown);
    if (progress.size === 4) await picture(page, 'playground-live');
  }
  expect(progress.size, `the progress, ${[...progress].join()}`).toBeGreaterThan(3);
  expect((await owner.get(`/instances/${created.text('data.0.id')}`)).at('status')).toBe('running');
  expect(offences).toEqual([]);
  await page.close();
}, 600_000);
