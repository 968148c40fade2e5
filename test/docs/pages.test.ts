import { globSync } from 'node:fs';
import http from 'node:http';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { operationErrorHelp } from '../../src/error-help/index.ts';
import { errorTable } from '../../src/errors.ts';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { fleetOf } from '../kit/fleet-rows.ts';
import type { Ocore } from '../kit/ocore.ts';
import { guides } from './guide.ts';

const pages = resolve(import.meta.dirname, '../../docs/dist/pages');
it.override('env', { OCORE_ROLE: 'gateway' });

const addressOf = (file: string): string => `/docs/${file.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, '')}`;
const get = (ocore: Ocore, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${ocore.url}${path}`, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' });

it('has a page for every error, at the address that the error itself names', async ({ ocore }) => {
  for (const code of Object.keys(errorTable)) {
    const page = await get(ocore, `/docs/errors/${code}`);
    expect([code, page.status, (await page.text()).includes(code)]).toEqual([code, 200, true]);
  }
  const refused = await new Client(ocore.url, null, null).get('/servers');
  expect((await fetch(refused.text('error.doc_url'))).status).toBe(200);
});

it('has a page for every code with which an operation ends, at the address that the operation names', async ({
  ocore,
  owner,
}) => {
  for (const [code, { title, causes }] of Object.entries(operationErrorHelp)) {
    const page = await (await get(ocore, `/docs/errors/${code}`)).text();
    expect([code, page.includes(title), page.includes('Usual causes'), causes.length > 0]).toEqual([
      code,
      true,
      true,
      true,
    ]);
  }
  const { OPERATION_ID: id = '' } = await fleetOf(ocore, owner);
  const query = 'query ($id: ID!) { operation(id: $id) { error { code docUrl } } }';
  for (const [code, docUrl] of [
    ['ssh_auth_failed', `${ocore.url}/docs/errors/ssh_auth_failed`],
    ['of_an_old_version', null],
  ] as const) {
    await ocore.sql(
      "UPDATE operations SET status = 'failed', finished_at = now(), error_code = $2, error_message = 'No' WHERE id = $1",
      [id, code],
    );
    expect((await owner.get(`/operations/${id}`)).at('error')).toMatchObject({ code, docUrl });
    expect((await owner.graphql(query, { id })).at('data.operation.error')).toEqual({ code, docUrl });
  }
});

it('says of a file that is not there that it is not there', async ({ ocore }) => {
  for (const path of ['/docs/assets/nope.js', '/docs/assets/', '/docs/nope.js', '/docs/assets/%2e%2e/nope.js']) {
    expect([path, (await get(ocore, path)).status]).toEqual([path, 404]);
  }
  expect((await get(ocore, '/docs/assets/%00.js')).status).toBeLessThan(500);
});

it('has no link that leads nowhere', async ({ ocore }) => {
  const seen = new Map<string, string>();
  for (const file of globSync('**/*.html', { cwd: pages })) {
    const address = file === 'graphiql.html' ? '/graphql' : addressOf(file);
    const html = await (await get(ocore, address)).text();
    seen.set(address, html);
  }
  expect(seen.size).toBeGreaterThan(180);
  const broken: string[] = [];
  const statuses = new Map<string, number>();
  const statusOf = async (path: string): Promise<number> => {
    const status = statuses.get(path) ?? (await get(ocore, path)).status;
    statuses.set(path, status);
    return status;
  };
  for (const [address, html] of seen) {
    for (const [, element = '', link = ''] of html.matchAll(/<(\w+)[^>]*? (?:href|src)="([^"]+)"/g)) {
      const { pathname, hash, origin } = new URL(link, `${ocore.url}${address}`);
      if (origin !== ocore.url) {
        // Words may point elsewhere; a page loads nothing from there.
        if (element !== 'a') broken.push(`${address}: ${link} is not of this installation`);
        continue;
      }
      const target = seen.get(pathname) ?? (pathname === '/docs' ? seen.get('/docs/') : undefined);
      if (target === undefined && (await statusOf(pathname)) !== 200) broken.push(`${address}: ${link}`);
      if (target !== undefined && hash && !target.includes(`id="${hash.slice(1)}"`)) broken.push(`${address}: ${link}`);
    }
  }
  expect([...new Set(broken)]).toEqual([]);
});

it('leads to every guide, from the side of each page and by the search', async ({ ocore }) => {
  const front = await (await get(ocore, '/docs/')).text();
  const index = z
    .array(z.object({ url: z.string(), text: z.string() }))
    .parse(await (await get(ocore, '/docs/search.json')).json());
  for (const { name } of guides()) {
    const url = `/docs/guides/${name}`;
    expect([
      name,
      front.includes(`<li><a href="${url}">`),
      index.filter((entry) => entry.url.split('#')[0] === url).reduce((sum, { text }) => sum + text.length, 0),
    ]).toEqual([name, true, expect.toSatisfy((length: number) => length > 200)]);
  }
  expect(new Set(index.map(({ url }) => url)).size).toBe(index.length);
});

it('has a page of the search that a link or a form of any page leads to', async ({ ocore }) => {
  const page = await get(ocore, '/docs/search?q=%22%3E%3Cscript%3Eboo');
  expect([page.status, page.headers.get('content-security-policy')?.includes("form-action 'self'")]).toEqual([
    200,
    true,
  ]);
  expect(await page.text()).not.toContain('boo');
});

it('lets browsers keep pages for a while and named files for good, and sends little', async ({ ocore }) => {
  const page = await get(ocore, '/docs/guides/servers');
  expect(page.headers.get('cache-control')).toBe('public, max-age=300');
  // As a browser asks; fetch would say that it wants no cache.
  const again = await new Promise<number | undefined>((answer) => {
    http.get(
      `${ocore.url}/docs/guides/servers`,
      { headers: { 'if-none-match': page.headers.get('etag') ?? '' } },
      (response) => {
        response.resume();
        answer(response.statusCode);
      },
    );
  });
  expect(again).toBe(304);
  const script = /src="(\/docs\/assets\/[^"]+)"/.exec(await page.text())?.[1] ?? '';
  const asset = await get(ocore, script);
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const small = await get(ocore, script, { 'accept-encoding': 'br' });
  expect([small.headers.get('content-encoding'), await small.text()]).toEqual(['br', await asset.text()]);
  for (const path of ['/docs/guides/servers', '/docs/graphql/objects', '/docs/search.json'])
    expect([path, (await get(ocore, path, { 'accept-encoding': 'gzip' })).headers.get('content-encoding')]).toEqual([
      path,
      'gzip',
    ]);
});

it('allows only what comes from this installation', async ({ ocore }) => {
  for (const path of ['/docs/', '/docs/api', '/graphql']) {
    const policy = (await get(ocore, path)).headers.get('content-security-policy') ?? '';
    // Only GraphiQL's editor brings styles of its own.
    expect([path, policy.includes('unsafe-inline')]).toEqual([path, path === '/graphql']);
    expect([
      path,
      policy.includes("default-src 'none'"),
      policy.includes("script-src 'self';"),
      policy.includes("frame-ancestors 'none'"),
      /unsafe-eval|https?:/.test(policy),
    ]).toEqual([path, true, true, true, false]);
  }
});

it('gives GraphiQL to browsers alone', async ({ ocore }) => {
  expect((await get(ocore, '/graphql')).headers.get('content-type')).toContain('text/html');
  const query = await get(ocore, '/graphql?query=%7B__typename%7D', { accept: 'application/json' });
  expect(await query.json()).toMatchObject({ data: { __typename: 'Query' } });
});
