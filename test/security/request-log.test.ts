import { afterAll, expect, vi } from 'vitest';
import { z } from 'zod';
import { freePort } from '../kit/free-port.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { LOG_LEVEL: 'debug' });

const lines: string[] = [];
const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
  lines.push(String(text));
  return true;
});
afterAll(() => stdout.mockRestore());

const line = z.looseObject({ msg: z.string().optional(), requestId: z.string().optional() });
/** What the log says of a request and of all that came of it. */
const about = (requestId: string) =>
  lines.map((text) => line.parse(JSON.parse(text))).filter((one) => one.requestId === requestId);
const request = (requestId: string) => expect.poll(() => about(requestId).filter(({ msg }) => msg === 'request'));

it('has one line for each request: its route, status, time and account, and no id or token of its path', async ({
  owner,
  anonymous,
}) => {
  const { id } = z.object({ id: z.string() }).parse((await owner.get('/user')).body);
  const account = `user:${id}`;
  const unknown = '00000000-0000-7000-8000-000000000000';
  for (const [requestId, who, method, path, body, told] of [
    ['known-resource', owner, 'GET', '/api/user', undefined, { route: '/api/user', status: 200, account }],
    [
      'no-such-resource',
      owner,
      'GET',
      `/api/projects/${unknown}`,
      undefined,
      { route: '/api/projects/{id}', status: 404, account },
    ],
    [
      'no-credentials',
      anonymous,
      'GET',
      '/api/projects',
      undefined,
      { route: '/api/projects', status: 401, account: null },
    ],
    ['no-such-route', owner, 'GET', `/api/nothing/${unknown}`, undefined, { route: '/api', status: 404, account }],
    ['by-graphql', owner, 'POST', '/graphql', { query: '{ me { id } }' }, { route: '/graphql', status: 200, account }],
    ['elsewhere', anonymous, 'GET', `/${unknown}`, undefined, { route: null, status: 404, account: null }],
  ] as const) {
    const answer = await who.request(method, path, body, { 'x-request-id': requestId }).catch(() => undefined);
    expect(answer?.status ?? told.status).toBe(told.status);
    await request(requestId).toEqual([expect.objectContaining({ level: 30, method, ms: expect.any(Number), ...told })]);
    expect(JSON.stringify(about(requestId))).not.toContain(unknown);
  }
});

it('has one line for a socket, when it closes', async ({ owner }) => {
  const before = lines.length;
  for await (const event of owner.subscribe('{ me { id } }')) expect(event.at('data.me.id')).toBeTypeOf('string');
  await expect
    .poll(() =>
      lines
        .slice(before)
        .filter((text) => text.includes('"status":101'))
        .map((text) => JSON.parse(text)),
    )
    .toEqual([
      expect.objectContaining({ route: '/graphql', account: expect.stringMatching(/^user:/), msg: 'request' }),
    ]);
});

it('names the request in every line of the worker, and of its calls to the server', async ({ owner }) => {
  const requestId = 'registers-a-server';
  const made = await owner.request(
    'POST',
    '/api/servers',
    {
      name: 'Silent',
      host: '127.0.0.1',
      port: await freePort(),
      sshUser: 'root',
      authMethod: 'password',
      sshPassword: 'x',
    },
    { 'x-request-id': requestId },
  );
  const operationId = made.text('operationId');
  const said = (msg: string) => about(requestId).filter((one) => one.msg === msg);
  await expect.poll(() => said('A call to the server')[0]).toMatchObject({ call: 'connect', operationId });
  await owner.post(`/operations/${operationId}/cancel`);
  await expect
    .poll(() => said('An operation ended'), { timeout: 20_000 })
    .toEqual([expect.objectContaining({ outcome: 'cancelled', kind: 'server.validate', operationId })]);
  const parsed = lines.map((text) => line.parse(JSON.parse(text)));
  expect(parsed.filter((one) => one['operationId'] === operationId && one.requestId !== requestId)).toEqual([]);
});
