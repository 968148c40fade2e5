import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong with a page as it is now: the rule, and where it is broken. Runs past the page's content policy. */
export async function axeViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(script);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

const looks = [
  { width: 390, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
] as const;

/**
 * The same on a telephone and on a desk, dark and light, and whether the page is wider than its window. With `TEST_LOOKS` set
 * to a folder, pictures of all are put there under `name`.
 */
export async function axeInAllLooks(page: Page, name: string): Promise<string[]> {
  const folder = process.env['TEST_LOOKS'];
  const found: string[] = [];
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    if (folder) await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    const isWide: unknown = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    const wrong = [...(await axeViolations(page)), ...(isWide ? ['wider than its window'] : [])];
    found.push(...wrong.map((one) => `${name}, ${width}, ${colorScheme}: ${one}`));
  }
  return found;
}
