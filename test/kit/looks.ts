import type { Page } from 'playwright-core';
import { axeViolations } from './axe.ts';

const looks = [
  { width: 390, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
] as const;

/**
 * What axe-core finds wrong with a page on a telephone and on a desk, dark and light, and whether it is wider than its window.
 * With `TEST_LOOKS` set to a folder, pictures of all are put there under `name`.
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
