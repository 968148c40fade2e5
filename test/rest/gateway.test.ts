import { describe, expect } from 'vitest';
import { z } from 'zod';
import { openApi } from '../../rest/openapi.ts';
import { deprecationHeaders } from '../../rest/version.ts';
import { schema } from '../../schema/index.ts';
import { readConfig } from '../../src/config.ts';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

const listed = 'https://app.example.com';
it.override('env', {
  OCORE_ROLE: 'gateway',
  CORS_ORIGINS: `${listed}, http://localhost:5173`,
  APP_URL: 'https://ocore.example.com/',
});

const preflight = (owner: Client, path: string, origin: string): Promise<Answer> =>
  owner.request('OPTIONS', path, undefined, {
    origin,
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization,if-match',
  });

describe('other origins', () => {
  it.for(['/api/projects', '/graphql'])('may use %s when they are listed', async (path, { owner }) => {
    const asked = await preflight(owner, path, listed);
    expect([
      asked.status,
      asked.headers.get('access-control-allow-origin'),
      asked.headers.get('access-control-allow-credentials'),
    ]).toEqual([204, listed, 'true']);
    expect(asked.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key.*If-Match/);
    const answer = await owner.request('GET', path, undefined, { origin: listed });
    expect(answer.headers.get('access-control-allow-origin')).toBe(listed);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(
      /X-Request-Id.*ETag.*Link.*Content-Disposition.*Idempotency-Replayed/,
    );
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  it.for(['https://evil.example.com', 'https://app.example.com.evil.net', 'http://app.example.com', 'null'])(
    'may not when they are not: %s',
    async (origin, { owner }) => {
      for (const path of ['/api/projects', '/graphql']) {
        const headers = [
          ...(await preflight(owner, path, origin)).headers.keys(),
          ...(await owner.request('GET', path, undefined, { origin })).headers.keys(),
        ];
        expect(headers.filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    },
  );

  it('must be origins', () => {
    for (const wrong of [
      '*',
      'app.example.com',
      'https://app.example.com/',
      'https://a.example.com,,https://b.example.com',
      'ftp://example.com',
    ]) {
      expect(() => readConfig({ CORS_ORIGINS: wrong })).toThrow(/CORS_ORIGINS.*is not an origin/);
    }
  });
});

it('names its version on every answer, and takes requests for it', async ({ owner }) => {
  const version = (await owner.get('/projects')).headers.get('x-ocore-version') ?? '';
  expect(version).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const answer of [
    await owner.get('/nothing'),
    await owner.get('/openapi.json'),
    await owner.request('GET', '/api/projects', undefined, { 'x-ocore-version': version }),
  ])
    expect(answer.headers.get('x-ocore-version')).toBe(version);
  expect((await owner.get('/openapi.json')).at('info.version')).toBe(version);
  const other = await owner.request('GET', '/api/projects', undefined, { 'x-ocore-version': '2020-01-01' });
  expect([other.status, other.at('error.code'), other.at('error.details.allowed')]).toEqual([
    400,
    'validation_error',
    [version],
  ]);
});

it('links to the error pages under APP_URL, whatever the request came to', async ({ owner }) => {
  expect((await owner.get('/nothing')).at('error.doc_url')).toBe('https://ocore.example.com/docs/errors/not_found');
});

it('takes a request id and gives it back', async ({ owner }) => {
  const answer = await owner.request('GET', '/api/nothing', undefined, { 'x-request-id': 'mine-12345' });
  expect([answer.headers.get('x-request-id'), answer.at('error.request_id')]).toEqual(['mine-12345', 'mine-12345']);
});

it('announces the end of a route in the words of RFC 9745 and RFC 8594', () => {
  expect(deprecationHeaders({ since: '2027-01-01', sunset: '2027-07-01', use: '/servers' })).toEqual({
    Deprecation: '@1798761600',
    Sunset: 'Thu, 01 Jul 2027 00:00:00 GMT',
    Link: '</api/servers>; rel="successor-version"',
  });
  expect(deprecationHeaders({ since: '2027-01-01' })).toEqual({ Deprecation: '@1798761600' });
  const route = {
    method: 'get',
    path: '/old-servers',
    category: 'Servers',
    summary: 'List servers',
    document: '{ servers { nodes { id } } }',
    answer: { as: 'list' },
    deprecated: { since: '2027-01-01', sunset: '2027-07-01' },
  } as const;
  expect(openApi(schema, [route])).toMatchObject({
    paths: {
      '/old-servers': { get: { deprecated: true, responses: { 200: { headers: { Deprecation: {}, Sunset: {} } } } } },
    },
  });
});

it('describes what it adds to every route', async ({ owner }) => {
  const document = await owner.get('/openapi.json');
  const parameters = (path: string): unknown => document.at(`paths.${path}.parameters`);
  const named = (name: string): unknown => expect.objectContaining({ $ref: `#/components/parameters/${name}` });
  expect(parameters('/projects/{id}.patch')).toEqual(
    expect.arrayContaining([named('IdempotencyKey'), named('IfMatch')]),
  );
  expect(parameters('/projects.post')).not.toEqual(expect.arrayContaining([named('IfMatch')]));
  expect(parameters('/operations/{id}.get')).toEqual(expect.arrayContaining([named('IfNoneMatch'), named('Wait')]));
  expect(parameters('/operations/{id}/logs.get')).toEqual(expect.arrayContaining([named('LastEventId')]));
  expect(document.at('paths./operations/{id}/logs.get.responses.200.content')).toHaveProperty('text/event-stream');
  expect(document.at('paths./projects/{id}.patch.responses')).toHaveProperty('412');
  expect(document.at('paths./projects/{id}.get.responses')).toHaveProperty('304');
  const sorts = Object.entries(z.record(z.string(), z.unknown()).parse(document.at('components.parameters'))).filter(
    ([, parameter]) => JSON.stringify(parameter).includes('["created_at","-created_at","name","-name"]'),
  );
  expect(parameters('/instances.get')).toEqual(expect.arrayContaining(sorts.map(([name]) => named(name))));
  expect(sorts).toHaveLength(1);
});
