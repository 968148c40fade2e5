import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, Spec } from 'axe-core';
import type { Page } from 'playwright-core';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe-core finds wrong with a page as it is now: the rule, and where it is broken. Runs past the page's content policy.
 * `spec` is what `axe.configure` is given; it stays until the page is loaded again.
 */
export async function axeViolations(page: Page, spec?: Spec): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(script);
  if (spec) await page.evaluate(`axe.configure(${JSON.stringify(spec)})`);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}
