import type { Locator, Page } from 'playwright-core';
import { signIn } from './chromium.ts';

/** The query editor of the GraphiQL in a container, once it shows a document: a click on a tab before that is lost. */
const ready = (container: Locator): Promise<void> =>
  container.locator('.graphiql-query-editor .view-lines').filter({ hasText: /\S/ }).waitFor();

/** Signs in, which puts another GraphiQL in the place of the first. */
export async function signInToGraphiQL(page: Page, email: string, password: string): Promise<void> {
  await page.locator('.graphiql-container').evaluate((element) => element.setAttribute('data-signed-out', ''));
  await signIn(page, email, password);
  await ready(page.locator('.graphiql-container:not([data-signed-out])'));
}

/** Replaces the variables of the tab. */
export async function writeVariables(page: Page, variables: object): Promise<void> {
  await page.click('button[data-name=variables]');
  await page.click('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  // Pasted, as typing would close brackets by itself.
  await page.keyboard.insertText(JSON.stringify(variables));
}

export async function openTabNamed(page: Page, name: string): Promise<void> {
  await ready(page.locator('.graphiql-container'));
  await page.click(`.graphiql-tab-button:text-is("${name}")`);
  await page.locator('.graphiql-query-editor .view-lines').filter({ hasText: name }).waitFor();
  // The editor reads a document when nobody has typed for a moment; only then does it know what to run.
  await page.waitForTimeout(1000);
}

export const run = (page: Page): Promise<void> => page.click('.graphiql-execute-button');

export const waitForResponse = (page: Page, text: string | RegExp, timeout = 90_000): Promise<void> =>
  page.locator('.graphiql-response .view-lines').filter({ hasText: text }).waitFor({ timeout });
