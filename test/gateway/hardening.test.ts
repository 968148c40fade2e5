import { getIntrospectionQuery } from 'graphql';
import { describe, expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { raw, repeat } from './attack.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const typed = { accept: 'application/graphql-response+json' };
const deepType = (levels: number): string =>
  `{ __type(name: "Query") { fields { type { ${'ofType { '.repeat(levels)} name ${'} '.repeat(levels)} } } } }`;

describe('documents that would cost too much', () => {
  it.for<[what: string, query: string, limit: string]>([
    ['many aliases of one field', `{ ${repeat(101, (index) => `a${index}: __typename`)} }`, 'aliases'],
    [
      'a login tried many times in one request',
      `mutation { ${repeat(50, (index) => `a${index}: login(input: { email: "a@example.com", password: "${index}" }) { expiresIn }`)} }`,
      'mutations',
    ],
    ['a field repeated', `{ ${'__typename '.repeat(500)} }`, 'repetitions'],
    ['a fragment repeated', `{ ${'...F '.repeat(500)} } fragment F on Query { __typename }`, 'repetitions'],
    ['a load of directives', `{ __typename ${'@include(if: true) '.repeat(200)} }`, 'directives'],
    ['directives that nobody knows', `{ __typename ${'@aa '.repeat(200)} }`, 'directives'],
    ['a deep query', deepType(40), 'depth'],
    [
      'depth hidden in fragments',
      `{ __type(name: "Query") { ...F0 } } ${repeat(20, (index) => `fragment F${index} on __Type { ofType { ...F${index + 1} } }`)} fragment F20 on __Type { name }`,
      'depth',
    ],
    [
      'many root fields',
      `{ ${repeat(25, (index) => `...F${index}`)} } ${repeat(25, (index) => `fragment F${index} on Query { me { id } }`)}`,
      'queries',
    ],
    ['many tokens', `{ __typename(${'a: 1 '.repeat(2000)}) }`, 'tokens'],
    ['a long text', `{ __typename } #${'x'.repeat(70_000)}`, 'characters'],
    ['a long operation name', `query ${'x'.repeat(70_000)} { __typename }`, 'characters'],
    ['many operations', repeat(30, (index) => `query Q${index} { __typename }`), 'operations'],
    ['many fragments', `{ ...F0 } ${repeat(60, (index) => `fragment F${index} on Query { __typename }`)}`, 'fragments'],
    ['many variables', `query (${repeat(120, (index) => `$v${index}: Int`)}) { __typename }`, 'variables'],
    [
      'wide lists',
      `{ ${repeat(19, (index) => `p${index}: instances(first: 100) { nodes { server { id } environment { id } } edges { node { server { id } environment { id } } } }`)} }`,
      'cost',
    ],
    // 2^20 objects from a text of a few lines.
    [
      'a fragment bomb',
      `{ ...F0 } fragment F0 on Query { instances(first: 100) { nodes { server { id } environment { id } } } ...F1 } ${repeat(12, (index) => `fragment F${index + 1} on Query { a${index}: operations { nodes { ...S } } b${index}: operations { nodes { ...S } } ...F${index + 2} }`)} fragment F13 on Query { me { id } } fragment S on Operation { steps { title } error { code } }`,
      'queries',
    ],
    [
      'a bomb of nested fragments',
      `{ __schema { types { ...F0 } } } ${repeat(14, (index) => `fragment F${index} on __Type { a: ofType { ...F${index + 1} } b: ofType { ...F${index + 1} } c: ofType { ...F${index + 1} } }`)} fragment F14 on __Type { name }`,
      'cost',
    ],
    [
      'introspection of the introspection, many times',
      `{ __schema { types { ${repeat(20, (index) => `a${index}: fields { type { fields { name args { name type { name kind ofType { name } } } } } }`)} } } }`,
      'cost',
    ],
  ])('are refused: %s', async ([_what, query, limit], { owner }) => {
    const answer = await owner.request(
      'POST',
      '/graphql',
      { query, operationName: /query (Q0)/.exec(query)?.[1] },
      typed,
    );
    expect([
      answer.status,
      answer.at('errors.0.extensions.code'),
      answer.at('errors.0.extensions.details.limit'),
    ]).toEqual([400, 'query_too_complex', limit]);
    expect(answer.at('data')).toBeUndefined();
    expect(answer.at('errors.0.extensions.request_id')).toBe(answer.headers.get('x-request-id'));
  });

  it('are weighed with the variables of the request', async ({ owner }) => {
    const query = `query ($n: Int = 1) { ${repeat(16, (index) => `p${index}: instances(first: $n) { nodes { server { id } environment { id } } edges { node { server { id } environment { id } } } }`)} }`;
    expect((await owner.graphql(query)).at('errors')).toBeUndefined();
    expect((await owner.graphql(query, { n: 20 })).at('errors')).toBeUndefined();
    expect((await owner.graphql(query, { n: 100 })).at('errors.0.extensions.details.actual')).toBe(16 * (1 + 100 * 7));
  });

  it('are refused as circular', async ({ owner }) => {
    for (const query of [
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
      '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    ]) {
      const answer = await owner.request('POST', '/graphql', { query }, typed);
      expect([answer.status, answer.at('errors.0.extensions.code'), answer.at('data')]).toEqual([
        400,
        'bad_request',
        undefined,
      ]);
    }
  });

  it('are refused on every way in', async ({ owner }) => {
    const query = `subscription { operationUpdated(id: "x") { ${repeat(60, (index) => `a${index}: status`)} } }`;
    const events = await owner.request('POST', '/graphql', { query }, { accept: 'text/event-stream' });
    expect(String(events.body)).toContain('query_too_complex');
    const listen = async (): Promise<void> => {
      for await (const _event of owner.subscribe(query)) throw new Error('It was served');
    };
    await expect(listen()).rejects.toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'query_too_complex' }) }),
    ]);
    expect(
      (
        await owner.request(
          'GET',
          `/graphql?query=${encodeURIComponent(`{ ${repeat(60, (index) => `a${index}: __typename`)} }`)}`,
        )
      ).at('errors.0.extensions.code'),
    ).toBe('query_too_complex');
  });

  it('are told few and short errors', async ({ owner }) => {
    const many = await owner.graphql(`{ me { ${repeat(300, (index) => `unknown${index}`)} } }`);
    expect([many.status, Array.isArray(many.at('errors')) && Object(many.at('errors')).length]).toEqual([200, 11]);
    const long = await owner.graphql(`{ ${'x'.repeat(60_000)} }`);
    expect(long.text('errors.0.message').length).toBeLessThan(600);
  });
});

describe('what real clients send', () => {
  it('is served: a page of several Relay connections', async ({ owner }) => {
    const query = `query Dashboard($count: Int!) {
      me { id email } organization { id name } myPermissions
      servers(first: 50) { edges { cursor node { ...ServerCard } } pageInfo { ...Page } }
      projects(first: 50) { edges { node { id name slug } } pageInfo { ...Page } }
      environments(first: 50) { edges { node { id name type } } pageInfo { ...Page } }
      instances(first: $count) { edges { cursor node { ...InstanceCard } } pageInfo { ...Page } }
      running: instances(first: 10) { nodes { ...InstanceCard } }
      operations(first: $count) { edges { node { id kind status progress steps { name title status message } error { code message } } } pageInfo { ...Page } } }
      fragment Page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      fragment ServerCard on Server { id name host status lastSeenAt }
      fragment InstanceCard on Instance { id name status url server { ...ServerCard } environment { id name type } }`;
    const answer = await owner.graphql(query, { count: 100 });
    expect([answer.status, answer.at('errors')]).toEqual([200, undefined]);
    expect(answer.at('data.me.email')).toBe(owner.email);
  });

  it('is served: GraphiQL’s introspection, by anyone', async ({ ocore }) => {
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const answer = await new Client(ocore.url, null, null).graphql(query);
    expect([answer.status, answer.at('errors')]).toEqual([200, undefined]);
    expect(answer.at('data.__schema.queryType.name')).toBe('Query');
  });

  it('keeps an alias of any name', async ({ owner }) => {
    expect((await owner.graphql('{ me { __proto__: email constructor: id } }')).at('data.me.constructor')).toEqual(
      expect.any(String),
    );
  });
});

describe('requests that a page of another site could send', () => {
  const mutation = 'mutation { logout }';
  it.for<[what: string, headers: Record<string, string>, body: string, status: number]>([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, `query=${encodeURIComponent(mutation)}`, 415],
    [
      'a form with a file',
      { 'content-type': 'multipart/form-data; boundary=x' },
      `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"${mutation}"}\r\n--x--`,
      415,
    ],
    ['plain text', { 'content-type': 'text/plain' }, JSON.stringify({ query: mutation }), 415],
    [
      'plain text that calls itself JSON, too',
      { 'content-type': 'text/plain; application/json' },
      JSON.stringify({ query: mutation }),
      415,
    ],
    ['GraphQL as text', { 'content-type': 'application/graphql' }, mutation, 415],
    ['a batch', {}, JSON.stringify([{ query: mutation }, { query: mutation }]), 400],
  ])('run nothing: %s', async ([_what, headers, body, status], { owner }) => {
    const answer = await owner.request('POST', '/graphql', body, headers);
    expect([answer.status, answer.at('data')]).toEqual([status, undefined]);
    expect(answer.text('errors.0.extensions.code')).toMatch(/^(unsupported_media_type|bad_request)$/);
    expect((await owner.get('/org')).status).toBe(200);
  });

  it('run nothing: a link', async ({ ocore, owner }) => {
    const answer = await owner.request('GET', `/graphql?query=${encodeURIComponent(mutation)}`);
    expect(answer.status).toBe(405);
    expect((await owner.get('/org')).status).toBe(200);
    const visit = (headers: Record<string, string>) =>
      new Client(ocore.url, null, null).request('GET', '/graphql?query=%7B__typename%7D', undefined, headers);
    expect((await visit({ cookie: 'session=1' })).at('errors.0.extensions.code')).toBe('forbidden');
    expect((await visit({ cookie: 'session=1', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await visit({ cookie: 'session=1', 'graphql-require-preflight': '1' })).at('data.__typename')).toBe(
      'Query',
    );
    expect((await visit({ cookie: 'session=1', 'sec-fetch-site': 'same-origin' })).at('data.__typename')).toBe('Query');
    expect((await visit({})).at('data.__typename')).toBe('Query');
  });

  it('are let in by no header of ours', async ({ owner }) => {
    const answer = await owner.request(
      'POST',
      '/graphql',
      { query: '{ __typename }' },
      { origin: 'https://evil.example' },
    );
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('bodies and headers', () => {
  it.for(['/graphql', '/api/projects'])('may have 1 MiB and 32 levels at %s', async (path, { owner }) => {
    const at = path === '/graphql' ? 'errors.0.extensions.code' : 'error.code';
    const large = await owner.request('POST', path, { query: '{ __typename }', variables: { x: 'x'.repeat(2 ** 20) } });
    expect([large.status, large.at(at)]).toEqual([413, 'payload_too_large']);
    const deep = await owner.request(
      'POST',
      path,
      `{"query":"{ __typename }","variables":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    );
    expect([deep.status, deep.at(at)]).toEqual([400, 'bad_request']);
    const broken = await owner.request('POST', path, '{"query":');
    expect([broken.status, broken.at(at)]).toEqual([400, 'invalid_json']);
  });

  it.for<[what: string, body: string, headers: Record<string, string>]>([
    ['a number', '5', {}],
    ['null', 'null', {}],
    ['nothing', '', {}],
    ['an empty object', '{}', {}],
    ['a query that is a number', '{"query":5}', {}],
    ['variables that are a list', '{"query":"{__typename}","variables":[]}', {}],
    ['an operation name that is an object', '{"query":"{__typename}","operationName":{"a":1}}', {}],
    ['an unknown parameter', '{"query":"{__typename}","foo":1}', {}],
    ['a type definition', '{"query":"type A { a: Int }"}', {}],
    ['what is not gzip', '{"query":"{__typename}"}', { 'content-encoding': 'gzip' }],
    ['an operation that is not there', `{"query":"query A { __typename }","operationName":"${'B'.repeat(9000)}"}`, {}],
  ])('are refused as wrong: %s', async ([_what, body, headers], { owner }) => {
    const answer = await owner.request('POST', '/graphql', body, { ...typed, ...headers });
    expect([answer.status, answer.at('errors.0.extensions.code')]).toEqual([400, 'bad_request']);
    expect(JSON.stringify(answer.body)).not.toMatch(/SyntaxError|originalError|BBBBBBBB/);
  });

  it('of GET and of other methods are checked, too', async ({ owner }) => {
    const ask = async (method: string, path: string): Promise<unknown[]> => {
      const answer = await owner.request(method, path);
      return [answer.status, answer.at('errors.0.extensions.code')];
    };
    expect(await ask('GET', '/graphql?query={__typename}&variables={')).toEqual([400, 'invalid_json']);
    expect(await ask('GET', `/graphql?query={__typename}&variables=${'['.repeat(5000)}${']'.repeat(5000)}`)).toEqual([
      400,
      'bad_request',
    ]);
    expect(await ask('DELETE', '/graphql')).toEqual([405, 'method_not_allowed']);
    expect(await ask('POST', '/graphql/x')).toEqual([404, 'not_found']);
  });

  it('are not waited for, nor read without end', async ({ ocore }) => {
    const many = (count: number): Promise<string> =>
      raw(
        ocore,
        `GET /api/user HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${repeat(count, (index) => `X-${index}: 1\r\n`).replaceAll('\n ', '\n')}\r\n`,
      );
    const [slow, long, tooMany, notMany] = await Promise.all([
      raw(ocore, 'POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      raw(ocore, `GET /api/user HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`),
      many(148),
      many(98),
    ]);
    expect(tooMany).toMatch(/^HTTP\/1\.1 400 .*"The request has 150 headers; at most 100 are accepted"/s);
    expect(notMany).toMatch(/^HTTP\/1\.1 401 /);
    expect(slow).toMatch(/^HTTP\/1\.1 408 .*"code":"bad_request"/s);
    expect(long).toMatch(/^HTTP\/1\.1 431 .*"code":"bad_request"/s);
    expect(await raw(ocore, 'NONSENSE\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 .*"request_id":"req_[\w-]+","doc_url":"http:\/\/[\w.:]+\/docs\/errors\/bad_request"/s,
    );
  });

  it('of answers keep browsers out of trouble', async ({ owner }) => {
    for (const [answer, cache] of [
      [await owner.get('/user'), 'private, no-cache'],
      [await owner.post('/auth/login', {}), 'no-store'],
      [await owner.graphql('{ me { id } }'), 'no-store'],
    ] as const) {
      expect(answer.headers.get('cache-control')).toBe(cache);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
    const broken = await owner.request('GET', '/api/servers/%E0%A4%A');
    expect([broken.status, broken.at('error.code')]).toEqual([400, 'bad_request']);
  });
});
