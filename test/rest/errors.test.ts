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
    {
      field: 'page',
      constraint: 'unknown_field',
      message: expect.stringMatching(/^page is not a parameter of this route; there are .*status/),
    },
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

it.for<[path: string, meant: string | null]>([
  ['/instance', '/api/instances'],
  ['/servers/0197a1f0-0000-7000-8000-000000000000/validat', '/api/servers/{id}/validate'],
  ['/api_keys', '/api/api-keys'],
  ['/nothing', null],
])('says which route may have been meant by %s', async ([path, meant], { owner }) => {
  const message = (await owner.get(path)).text('error.message');
  expect(message.split('; ').slice(1)).toEqual(meant === null ? [] : [`did you mean ${meant}?`]);
});

it('says which field or parameter may have been meant, in REST and GraphQL', async ({ owner }) => {
  const body = await owner.post('/instances', { name: 'Erp', admin_email: 'a@example.com', modul: ['crm'], xyz: 1 });
  const told = body.text('error.details.errors.0.message');
  expect(JSON.stringify(body.at('error.details.errors'))).toContain('did you mean adminEmail?');
  expect(JSON.stringify(body.at('error.details.errors'))).toContain('did you mean modules?');
  expect(told).not.toContain('xyz');
  expect((await owner.get('/instances?serverid=1')).text('error.message')).toContain('did you mean server_id?');
  expect((await owner.post('/projects', { title: 'ERP', name: 'ERP' })).text('error.message')).toMatch(
    /^title is not a field of this request; there are description, name, odooVersion, slug/,
  );
  const variables = await owner.graphql('mutation ($i: CreateProjectInput!) { createProject(input: $i) { id } }', {
    i: { name: 'ERP', odoo_version: '19.0' },
  });
  expect(variables.text('errors.0.message')).toContain('did you mean odooVersion?');
});

it('lists the values that are allowed, wherever they are sent', async ({ owner }) => {
  const allowed = 'must be one of development, production, staging';
  const environment = { projectId: '0197a1f0-0000-7000-8000-000000000000', name: 'QA', type: 'prod' };
  expect((await owner.post('/environments', environment)).text('error.message')).toBe(`type ${allowed}`);
  const create = 'mutation ($i: CreateEnvironmentInput!) { createEnvironment(input: $i) { id } }';
  expect((await owner.graphql(create, { i: environment })).text('errors.0.message')).toBe(`type ${allowed}`);
  const versions = /16\.0, 17\.0, 18\.0, 19\.0/;
  expect((await owner.post('/projects', { name: 'ERP', odooVersion: '12' })).text('error.message')).toMatch(versions);
});

it('speaks in its own words of what is too short, too long or of another form', async ({ owner }) => {
  const long = 'x'.repeat(3000);
  const answers = [
    await owner.post('/projects', { name: '', description: long }),
    await owner.post('/instances', {
      name: 'Erp',
      serverId: 'x',
      environmentId: 'x',
      adminEmail: 'nobody',
      workers: 99,
      cpuLimit: 0,
      modules: Array.from({ length: 201 }, () => 'crm'),
    }),
  ];
  const told = answers.map((answer) => JSON.stringify(answer.at('error.details.errors')));
  for (const [index, message] of [
    [0, 'name: must not be empty'],
    [0, 'description: must have at most 2000 characters'],
    [1, 'workers: must be at most 64'],
    [1, 'cpuLimit: must be at least 0.1'],
    [1, 'modules: must have at most 200 entries'],
    [1, 'adminEmail: must be an e-mail address'],
  ] as const)
    expect(told[index]).toContain(`"message":"${message}"`);
});

it.for<[text: string, line: number, column: number, problem: string]>([
  ['{"name":', 1, 9, 'a value is expected'],
  ['{\n  "name": "ERP"\n  "slug": "erp"\n}', 3, 3, 'a comma is expected'],
  ["{'name': 1}", 1, 2, 'this is no JSON value; texts need double quotes'],
  ['{"password": "hunter2', 1, 14, 'the text has no closing quote'],
  ['{"name": "ERP",}', 1, 16, 'the name of a field is expected, in double quotes'],
])('says where JSON is broken: %s', async ([text, line, column, problem], { owner }) => {
  const rest = await owner.post('/projects', text);
  expect([rest.status, rest.at('error')]).toMatchObject([
    400,
    {
      code: 'invalid_json',
      message: `The body is not valid JSON: line ${line}, column ${column}: ${problem}`,
      details: { line, column },
    },
  ]);
  const graphql = await owner.request('POST', '/graphql', text);
  expect(graphql.at('errors.0.extensions')).toMatchObject({ code: 'invalid_json', details: { line, column } });
  expect(JSON.stringify([rest.body, graphql.body])).not.toContain('hunter2');
});

it('calls the size of a page as the request does', async ({ owner }) => {
  expect((await owner.get('/projects?limit=0')).text('error.message')).toBe('limit must be between 1 and 100');
  for (const [argument, message] of [
    ['first: 101', 'first must be between 1 and 100'],
    ['last: 0', 'last must be between 1 and 100'],
  ]) {
    const answer = await owner.graphql(`{ projects(${argument}) { nodes { id } } }`);
    expect(answer.at('errors.0.message')).toBe(message);
    expect(answer.at('errors.0.extensions.details.field')).toBe(message?.split(' ')[0]);
  }
});

it('says how a protection is lifted', async ({ owner }) => {
  const project = await owner.post('/projects', { name: 'Protected' });
  const made = await owner.post('/environments', { projectId: project.text('id'), name: 'live', type: 'production' });
  const path = `/environments/${made.text('id')}`;
  const refused = await owner.delete(path);
  expect([refused.status, refused.at('error.code')]).toEqual([409, 'invalid_state']);
  expect(refused.text('error.message')).toContain(`PATCH /api${path} with {"deletionProtected": false}`);
  expect((await owner.patch(path, { deletionProtected: false })).status).toBe(200);
  expect((await owner.delete(path)).status).toBe(200);
});
