import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const results = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

/** What axe-core finds wrong with a page, as it looks now. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const { violations } = results.parse(await page.evaluate('axe.run()'));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
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
    const wrong = [...(await axe(page)), ...(isWide ? ['wider than its window'] : [])];
    found.push(...wrong.map((one) => `${name}, ${width}, ${colorScheme}: ${one}`));
  }
  return found;
}
