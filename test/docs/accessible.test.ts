import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { axeViolations } from '../kit/axe.ts';
import { openBrowser, openTab } from '../kit/chromium.ts';
import { isDeep } from '../kit/depth.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** Hundreds of pages are made by two templates: by default some of them. */
const isChosen = (file: string, index: number): boolean =>
  isDeep || !/^(?:api|errors)\/./.test(file) || index % 20 === 0;

/** Every page but GraphiQL, which is a program of others with markup of its own. */
const pages = globSync('**/*.html', { cwd: resolve(import.meta.dirname, '../../docs/dist/pages') })
  .filter((file) => file !== 'graphiql.html')
  .sort()
  .filter(isChosen)
  .map((file) => `/docs/${file.replace(/index\.html$|\.html$/, '')}`);

const onlyColours = {
  disableOtherRules: true,
  rules: ['color-contrast', 'link-in-text-block'].map((id) => ({ id, enabled: true })),
};

it('no page has what axe finds wrong, in light and in dark', async ({ ocore }) => {
  expect(pages.length).toBeGreaterThan(60);
  const wrong: string[] = [];
  const look = async (page: Page, where: string): Promise<void> => {
    await page.emulateMedia({ colorScheme: 'light' });
    for (const violation of await axeViolations(page)) wrong.push(`${where}: ${violation}`);
    // Dark differs in its colours alone.
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const violation of await axeViolations(page, onlyColours)) wrong.push(`${where}, dark: ${violation}`);
    await page.evaluate('axe.reset()');
  };
  const left = [...pages];
  const tabs = [1, 2].map(async () => {
    const { page, offences } = await openTab(browser, `${ocore.url}/docs/search?q=certificate`);
    await page.locator('#found a').first().waitFor();
    await page.fill('#search', 'invite');
    await page.locator('#results a').first().waitFor();
    if (left.length === pages.length) await look(page, 'the search with results');
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      await page.goto(`${ocore.url}${path}`);
      await look(page, path);
    }
    wrong.push(...offences);
    await page.close();
  });
  await Promise.all(tabs);
  expect(wrong).toEqual([]);
}, 1_800_000);

it('a keyboard reaches the code, tables and results, and links are told by more than their colour', async ({
  ocore,
}) => {
  const { page } = await openTab(browser, `${ocore.url}/docs/guides/servers`);
  const told = await page.evaluate(() => ({
    blocks: [...document.querySelectorAll('.code pre, .scroll')].map((block) => block.getAttribute('tabindex')),
    links: [...document.querySelectorAll('main p a, main li a, main td a')].map((link) =>
      getComputedStyle(link).getPropertyValue('text-decoration-line'),
    ),
  }));
  expect(told.blocks.length).toBeGreaterThan(20);
  expect(new Set(told.blocks)).toEqual(new Set(['0']));
  expect(told.links.length).toBeGreaterThan(5);
  expect(new Set(told.links)).toEqual(new Set(['underline']));

  await page.keyboard.press('/');
  await page.keyboard.type('invite');
  await page.locator('#results a').first().waitFor();
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate(() => document.activeElement?.closest('#results a')?.getAttribute('href'))).toBe(
    '/docs/guides/members#invite',
  );
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/docs/search?q=invite');
  await page.locator('#found a').first().waitFor();
  await page.close();
});
