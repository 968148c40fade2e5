import { request } from 'node:http';
import { expect } from 'vitest';
import { errorTable } from '../../src/errors.ts';
import { type Answer, Client } from '../kit/client.ts';
import { type Fixtures, it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

it.for<[what: string, send: (fixtures: Fixtures) => Promise<Answer>]>([
  ['a wrong token', ({ ocore }) => new Client(ocore.url, 'nonsense', null).get('/servers')],
  ['no token', ({ ocore }) => new Client(ocore.url, null, null).get('/servers')],
  ['a wrong password', ({ owner }) => owner.post('/auth/login', { email: owner.email, password: 'wrong horse 1' })],
  ['an unknown id', ({ owner }) => owner.get('/servers/0197a1f0-0000-7000-8000-000000000000')],
  ['an unknown route', ({ owner }) => owner.get('/nothing')],
  ['a path that is no path', ({ owner }) => owner.get('/servers/%E0%A4%A')],
  ['a wrong method', ({ owner }) => owner.request('PUT', '/api/servers', {})],
  ['broken JSON', ({ owner }) => owner.post('/projects', '{"name":')],
  [
    'another content type',
    ({ owner }) =>
      owner.request('POST', '/api/projects', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'another character set',
    ({ owner }) => owner.request('POST', '/api/projects', '{}', { 'content-type': 'application/json; charset=utf-7' }),
  ],
  ['another encoding', ({ owner }) => owner.request('POST', '/api/projects', '{}', { 'content-encoding': 'zstd' })],
  [
    'a body that is not compressed as it says',
    ({ owner }) => owner.request('POST', '/api/projects', '{}', { 'content-encoding': 'gzip' }),
  ],
  ['a body that is too large', ({ owner }) => owner.post('/projects', { name: 'x'.repeat(2 ** 20 + 1) })],
  [
    'an unknown version',
    ({ owner }) => owner.request('GET', '/api/projects', undefined, { 'x-ocore-version': '2020-01-01' }),
  ],
  ['nothing at all', ({ owner }) => owner.request('GET', '/elsewhere')],
])('answers %s in the one documented shape', async ([_what, send], { ocore, owner }) => {
  const answer = await send({ ocore, owner });
  const code = answer.text('error.code');
  expect(answer.status).toBe(Object.entries(errorTable).find(([name]) => name === code)?.[1].status);
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(Object.keys(Object(answer.at('error')))).toEqual(['code', 'message', 'details', 'request_id', 'doc_url']);
  expect(answer.at('error.request_id')).toBe(answer.headers.get('x-request-id'));
  expect(answer.at('error.doc_url')).toBe(`${ocore.url}/docs/errors/${code}`);
  expect(answer.headers.get('www-authenticate')?.startsWith('Bearer') ?? false).toBe(answer.status === 401);
});

it('reads bodies as UTF-8, under each of its names, and nothing else', async ({ ocore, owner }) => {
  const send = async (path: string, text: string, bytes: 'utf8' | 'latin1', charset: string) => {
    const response = await fetch(`${ocore.url}${path}`, {
      method: 'POST',
      headers: { ...owner.headers(), 'content-type': `application/json; charset=${charset}` },
      body: Buffer.from(text, bytes),
    });
    return { status: response.status, text: await response.text() };
  };
  const project = '{"name":"Zürich"}';
  const query = '{"query":"mutation { createProject(input: { name: \\"Zürich\\" }) { name } }"}';
  for (const charset of ['utf-8', 'utf8', 'UTF8']) {
    expect(await send('/api/projects', project, 'latin1', charset)).toMatchObject({
      status: 400,
      text: expect.stringContaining('"code":"invalid_json"'),
    });
    expect(await send('/graphql', query, 'latin1', charset)).toMatchObject({
      status: 400,
      text: expect.stringContaining('"code":"invalid_json"'),
    });
  }
  expect(await send('/api/projects', project, 'utf8', 'utf8')).toMatchObject({
    status: 201,
    text: expect.stringContaining('"name":"Zürich"'),
  });
  expect((await send('/graphql', query.replace('Zürich', 'Zürich 2'), 'utf8', 'utf8')).text).toContain('Zürich 2');
});

it('names everything that is wrong with path, query and body at once', async ({ owner }) => {
  const query = await owner.get('/instances?limit=x&status=asleep&page=2&sort=name&sort=-name');
  expect(query.at('error.details.errors')).toEqual([
    { field: 'limit', constraint: 'type', message: 'limit must be a whole number' },
    { field: 'status', constraint: 'one_of', message: expect.stringMatching(/must be one of .*running/) },
    { field: 'page', constraint: 'unknown_field', message: 'page is not a parameter of this route' },
    { field: 'sort', constraint: 'type', message: 'sort must not be repeated' },
  ]);
  const body = await owner.post('/projects', { name: '', odooVersion: '12' });
  expect([body.status, body.at('error.details.errors')]).toEqual([
    400,
    [
      { field: 'name', constraint: 'min_length', message: expect.any(String) },
      { field: 'odooVersion', constraint: 'format', message: expect.any(String) },
    ],
  ]);
});

it.for([
  ['a list', [1]],
  ['a number', 7],
  ['null', null],
])('refuses %s as a body', async ([_what, body], { owner }) => {
  const answer = await owner.post('/projects', JSON.stringify(body));
  expect([answer.status, answer.at('error.details.constraint')]).toEqual([400, 'type']);
});

it('refuses fields that a route without a body does not know', async ({ owner }) => {
  const answer = await owner.post('/servers/0197a1f0-0000-7000-8000-000000000000/validate', { force: true });
  expect([answer.status, answer.at('error.details.field'), answer.at('error.details.constraint')]).toEqual([
    400,
    'force',
    'unknown_field',
  ]);
});

it('refuses a body where none is read, whatever is wrong with it', async ({ owner }) => {
  const path = '/api/servers/0197a1f0-0000-7000-8000-000000000000/validate';
  for (const [body, type] of [
    ['{"a":', 'application/json'],
    ['a=b', 'application/x-www-form-urlencoded'],
  ] as const) {
    const answer = await owner.request('POST', path, body, { 'content-type': type });
    expect([answer.status, answer.at('error.code'), answer.at('error.details.constraint')]).toEqual([
      400,
      'validation_error',
      'no_body',
    ]);
  }
});

it('names the fields that were sent, not those of the schema', async ({ anonymous, owner }) => {
  const signIn = await anonymous.post('/auth/passkey/login/finish', { id: 'x', response: { signature: 5 } });
  expect(signIn.at('error.details.errors')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ field: 'response.signature', message: expect.stringMatching(/^response\.signature/) }),
    ]),
  );
  expect(JSON.stringify(signIn.body)).not.toContain('response.response');
  const begin = await owner.post('/user/passkeys/register/begin', { device_name: '', password: 'correct horse 1' });
  expect([begin.status, begin.at('error.details.field')]).toEqual([400, 'device_name']);
  const finish = await owner.post('/user/passkeys/register/finish?device_name=', {});
  expect(finish.at('error.details.errors')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ field: 'device_name' }),
      expect.objectContaining({ field: 'id' }),
    ]),
  );
});

it('refuses text that the database cannot keep', async ({ owner }) => {
  for (const name of ['with \u0000 in it', 'half \ud800 a character']) {
    const answer = await owner.post('/projects', { name });
    expect([answer.status, answer.at('error.details.field'), answer.at('error.details.constraint')]).toEqual([
      400,
      'name',
      'format',
    ]);
  }
});

it('says which methods a route has', async ({ owner }) => {
  const wrong = await owner.request('PUT', '/api/projects', {});
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
  const asked = await owner.request('OPTIONS', '/api/projects');
  expect([asked.status, asked.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
  const head = await owner.request('HEAD', '/api/projects');
  expect([head.status, head.body]).toEqual([200, '']);
});

it('has the same code and page in GraphQL', async ({ ocore, owner }) => {
  const missing = await owner.graphql('{ server(id: "0197a1f0-0000-7000-8000-000000000000") { id } }');
  expect(missing.at('errors.0.extensions')).toMatchObject({
    code: 'not_found',
    doc_url: `${ocore.url}/docs/errors/not_found`,
  });
  const wrong = await owner.graphql('{ nonsense }');
  expect(wrong.at('errors.0.extensions')).toMatchObject({
    code: 'bad_request',
    doc_url: `${ocore.url}/docs/errors/bad_request`,
  });
});

it('never links to an address that is none', async ({ ocore }) => {
  const page = await new Promise<string>((resolve, reject) => {
    request(`${ocore.url}/api/nothing`, { headers: { host: '"><script>' } }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    })
      .on('error', reject)
      .end();
  });
  expect(JSON.parse(page).error.doc_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/docs\/errors\/not_found$/);
});

it('tells in short of names that the client made up, however long they are', async ({ owner }) => {
  const long = 'x'.repeat(65_536);
  const id = '0197a1f0-0000-7000-8000-000000000000';
  const answers = [
    await owner.post('/projects', { name: 'Fine', [long]: 1 }),
    await owner.post('/auth/refresh', { refreshToken: 'x', [long]: 1 }),
    await owner.post('/instances', {
      name: 'Fine',
      serverId: id,
      environmentId: id,
      adminEmail: 'admin@example.com',
      envVars: [{ name: long, value: 'x' }],
    }),
  ];
  for (const answer of answers) {
    expect([answer.status, answer.at('error.code')]).toEqual([400, 'validation_error']);
    expect(JSON.stringify(answer.body).length).toBeLessThan(2000);
  }
});

it('tells in short of ids that the client made up', async ({ owner }) => {
  for (const path of [
    '/user/sessions/',
    '/user/passkeys/',
    '/user/ssh-keys/',
    '/user/connected-accounts/',
    '/servers/',
  ]) {
    const answer = await owner.delete(`${path}${'x'.repeat(8000)}`);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(JSON.stringify(answer.body).length).toBeLessThan(2000);
  }
});
