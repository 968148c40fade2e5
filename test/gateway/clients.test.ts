import { getIntrospectionQuery } from 'graphql';
import { describe, expect } from 'vitest';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const two = 'query Me { me { email } } query Other { __typename }';
const persisted = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };

it('tells Apollo’s clients to send whole texts, and takes them', async ({ owner }) => {
  const asked = await owner.request('POST', '/graphql', { operationName: 'Me', extensions: persisted });
  expect([asked.status, asked.at('errors.0.message'), asked.at('errors.0.extensions.code')]).toEqual([
    200,
    'PersistedQueryNotSupported',
    'bad_request',
  ]);
  const sent = await owner.request('POST', '/graphql', { query: '{ me { email } }', extensions: persisted });
  expect(sent.at('data.me.email')).toBe(owner.email);
});

it.for<[operationName: string | null, message: string]>([
  ['Mine', 'The document has no operation Mine; it has Me, Other'],
  [null, 'Name one operation of the document in operationName: Me, Other'],
])('says which operations there are when asked for %s', async ([operationName, message], { owner }) => {
  const answer = await owner.request('POST', '/graphql', { query: two, operationName });
  expect(answer.body).toMatchObject({
    errors: [
      { message, extensions: { code: 'bad_request', details: { field: 'operationName', allowed: ['Me', 'Other'] } } },
    ],
  });
});

describe('a method that a path does not have', () => {
  it.for<[method: string, path: string, allow: string]>([
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['POST', '/readyz', 'GET, HEAD, OPTIONS'],
    ['PUT', '/.well-known/jwks.json', 'GET, HEAD, OPTIONS'],
    ['POST', '/', 'GET, HEAD, OPTIONS'],
    ['POST', '/outbox', 'GET, HEAD, OPTIONS'],
    ['POST', '/docs', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/docs/errors/not_found', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/verify-email', 'GET, HEAD, POST, OPTIONS'],
    ['DELETE', '/graphql', 'GET, POST, OPTIONS'],
    ['POST', '/api/openapi.json', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/api/openapi.yaml', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/auth/verify-email-change', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/auth/oauth/github/callback', 'GET, HEAD, OPTIONS'],
    ['PUT', '/api/projects', 'GET, HEAD, POST, OPTIONS'],
  ])('is refused with those that it has: %s %s', async ([method, path, allow], { owner }) => {
    const refused = await owner.request(method, path);
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, allow]);
    if (refused.headers.get('content-type')?.includes('json'))
      expect(refused.at('errors.0.extensions.code') ?? refused.at('error.code')).toBe('method_not_allowed');
    const asked = await owner.request('OPTIONS', path);
    expect([asked.status, asked.headers.get('allow')]).toEqual([204, allow]);
  });

  it('is refused for a change by GET in the same way', async ({ owner }) => {
    const refused = await owner.request('GET', '/graphql?query=mutation%7Blogout%7D');
    expect([refused.status, refused.headers.get('allow'), refused.at('errors.0.extensions.code')]).toEqual([
      405,
      'POST',
      'method_not_allowed',
    ]);
  });
});

it('has each path in one spelling only', async ({ owner }) => {
  const paths = [
    '/nothing',
    '/API/user',
    '/Api/openapi.json',
    '/api/User',
    '/Healthz',
    '/GraphQL',
    '/Docs',
    '/Verify-Email',
  ];
  const answers = await Promise.all(paths.map((path) => owner.request('GET', path)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
  const policy = (index: number) => answers[index]?.headers.get('content-security-policy');
  expect(policy(1)).toBe(policy(0));
});

describe('Accept', () => {
  const asking = (accept: string): Record<string, string> => ({ accept });

  it.for(['text/html', 'application/json;q=0', 'application/json;q=0, */*'])(
    'that cannot be met is told, and nothing runs: %s',
    async (accept, { owner }) => {
      const read = await owner.request('GET', '/api/projects', undefined, asking(accept));
      expect([read.status, read.at('error.code'), read.at('error.details.allowed')]).toEqual([
        406,
        'not_acceptable',
        ['application/json'],
      ]);
      const made = await owner.request('POST', '/api/projects', { name: 'Not wanted' }, asking(accept));
      expect([made.status, made.at('error.code')]).toEqual([406, 'not_acceptable']);
      expect((await owner.get('/projects?search=Not%20wanted')).at('data')).toEqual([]);
      const file = await owner.request('GET', '/api/audit-logs/export?format=csv', undefined, asking('text/html'));
      expect([file.status, file.at('error.code')]).toEqual([406, 'not_acceptable']);
    },
  );

  it('asks nothing of an answer without a body', async ({ owner }) => {
    const answer = await owner.request('DELETE', '/api/user/sessions', undefined, asking('text/html'));
    expect(answer.status).toBe(204);
  });

  it('decides about the type of a GraphQL response, with its weights', async ({ owner }) => {
    const typeFor = async (accept: string): Promise<unknown[]> => {
      const answer = await owner.request('POST', '/graphql', { query: '{ __typename }' }, asking(accept));
      return [answer.status, answer.headers.get('content-type')?.split(';')[0], answer.at('errors.0.extensions.code')];
    };
    expect(await typeFor('*/*')).toEqual([200, 'application/json', undefined]);
    expect(await typeFor('application/graphql-response+json;q=0, application/json')).toEqual([
      200,
      'application/json',
      undefined,
    ]);
    expect(await typeFor('application/json;q=0.5, application/graphql-response+json')).toEqual([
      200,
      'application/graphql-response+json',
      undefined,
    ]);
    expect(await typeFor('text/html')).toEqual([406, 'application/json', 'not_acceptable']);
  });

  it('must take events for a subscription over HTTP', async ({ owner }) => {
    const query = 'subscription { operationUpdated(id: "x") { status } }';
    const answer = await owner.request('POST', '/graphql', { query }, asking('application/json'));
    expect([
      answer.status,
      answer.at('errors.0.extensions.code'),
      answer.at('errors.0.extensions.details.allowed'),
    ]).toEqual([406, 'not_acceptable', ['text/event-stream']]);
  });
});

describe('Accept-Encoding', () => {
  const ask = (owner: Client, encoding: string) =>
    owner.request('POST', '/graphql', { query: getIntrospectionQuery() }, { 'accept-encoding': encoding });

  it('compresses long GraphQL responses, unless its weight is 0', async ({ owner }) => {
    const packed = await ask(owner, 'gzip');
    const plain = await ask(owner, 'gzip;q=0, identity');
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null]);
    expect(packed.body).toEqual(plain.body);
  });
});

describe('what is wrong with a request', () => {
  it.for<[what: string, send: (client: Client) => Promise<Answer>]>([
    ['broken JSON', (client) => client.post('/projects', '{"name":')],
    ['a form', (client) => client.request('POST', '/api/projects', 'a=b', { 'content-type': 'text/plain' })],
    ['a wrong field', (client) => client.post('/projects', { name: 5 })],
    ['a wrong parameter', (client) => client.get('/projects?limit=x')],
    ['a wrong version', (client) => client.request('GET', '/api/projects', undefined, { 'x-ocore-version': '1999' })],
    [
      'a type that is not there',
      (client) => client.request('GET', '/api/projects', undefined, { accept: 'text/html' }),
    ],
    ['a wrong literal', (client) => client.graphql('{ projects(first: "x") { nodes { id } } }')],
    [
      'a wrong variable',
      (client) => client.graphql('query ($n: Int) { projects(first: $n) { nodes { id } } }', { n: 'x' }),
    ],
    [
      'one in a fragment',
      (client) => client.graphql('{ ...F } fragment F on Query { projects(first: "x") { nodes { id } } }'),
    ],
  ])('is not told to strangers: %s', async ([_what, send], { anonymous }) => {
    const answer = await send(anonymous);
    expect(answer.at('errors.0.extensions.code') ?? answer.at('error.code')).toBe('unauthenticated');
  });

  it('is told to anybody where anybody may come', async ({ anonymous }) => {
    const answer = await anonymous.graphql('mutation { login(input: { email: 5 }) { expiresIn } }');
    expect(answer.at('errors.0.extensions.details.errors')).toEqual([
      { field: 'email', constraint: 'type', message: 'email must be a text' },
      { field: 'password', constraint: 'required', message: 'password is required' },
    ]);
  });

  const list = (argument: string): string => `{ servers(${argument}) { nodes { id } } }`;
  const create = (input: string): string => `mutation { createProject(input: ${input}) { id } }`;
  it.for<[path: string, body: unknown, query: string, variables: Record<string, unknown>]>([
    ['/servers?limit=0', undefined, list('first: 0'), {}],
    ['/servers?limit=101', undefined, list('first: 101'), {}],
    ['/servers?limit=x', undefined, list('first: "x"'), {}],
    ['/servers?limit=x', undefined, `query ($n: Int) ${list('first: $n')}`, { n: 'x' }],
    ['/servers?limit=4294967296', undefined, `query ($n: Int) ${list('first: $n')}`, { n: 2 ** 32 }],
    ['/servers?status=asleep', undefined, list('status: asleep'), {}],
    ['/servers?cursor=xyz', undefined, list('after: "xyz"'), {}],
    ['/projects', { name: 5 }, create('{ name: 5 }'), {}],
    [
      '/projects',
      { name: 5 },
      'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
      { input: { name: 5 } },
    ],
    ['/projects', { name: 5 }, 'mutation ($n: String!) { createProject(input: { name: $n }) { id } }', { n: 5 }],
    ['/projects', { name: '' }, create('{ name: "" }'), {}],
    ['/projects', {}, create('{}'), {}],
    ['/projects', { name: 'Fine', colour: 1 }, create('{ name: "Fine", colour: 1 }'), {}],
  ])('has the same code and details in REST and GraphQL: %s', async ([path, body, query, variables], { owner }) => {
    const rest = await (body === undefined ? owner.get(path) : owner.post(path, body));
    const graphql = await owner.graphql(query, variables);
    expect(rest.status).toBe(400);
    // Each calls the arguments of a list as its own requests do.
    const inGraphql = (told: unknown): unknown =>
      JSON.parse(
        JSON.stringify(told)
          .replaceAll(/\blimit\b/g, 'first')
          .replaceAll('"field":"cursor"', '"field":"after"'),
      );
    expect([graphql.at('errors.0.extensions.code'), graphql.at('errors.0.extensions.details')]).toEqual([
      rest.at('error.code'),
      inGraphql(rest.at('error.details')),
    ]);
    expect(graphql.at('errors.0.message')).toBe(inGraphql(rest.text('error.message')));
  });

  it('is the same for `node` as for the route of the resource', async ({ ocore, owner }) => {
    const id = '0197a1f0-0000-7000-8000-000000000000';
    const found = async (client: Client) => {
      const rest = await client.get(`/servers/${id}`);
      const graphql = await client.graphql('query ($id: ID!) { node(id: $id) { id } }', { id });
      return { rest: rest.at('error'), node: graphql.at('errors.0.extensions') };
    };
    const unknown = await found(owner);
    expect(unknown.rest).toMatchObject({ code: 'not_found', details: { id } });
    expect(unknown.node).toMatchObject({ code: 'not_found', details: { id } });
    const elsewhere = await found(new Client(ocore.url, owner.token, 'not-mine'));
    const details = { resource: 'organization', slug: 'not-mine' };
    expect(elsewhere.rest).toMatchObject({ code: 'not_found', details });
    expect(elsewhere.node).toMatchObject({ code: 'not_found', details });
  });
});
