import { afterAll, expect } from 'vitest';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { readConfig } from '../../src/config.ts';
import { type Running, start } from '../../src/start.ts';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';

let second: Running;
it.beforeAll(async ({ ocore }) => {
  second = await start(
    readConfig({
      ENVIRONMENT: 'test',
      OCORE_ROLE: 'gateway',
      DATABASE_URL: ocore.running.databaseUrl,
      DATA_DIR: ocore.dir,
      PORT: '0',
      LOG_LEVEL: 'silent',
    }),
  );
});
afterAll(async () => {
  await second?.stop();
});

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1';

async function signIn(ocore: Ocore, email: string, userAgent: string): Promise<Client> {
  const answer = await new Client(ocore.url, null, null).request(
    'POST',
    '/api/auth/login',
    { email, password: 'correct horse 1' },
    { 'user-agent': userAgent },
  );
  return new Client(ocore.url, answer.text('accessToken'), null, answer.text('refreshToken'), email);
}

/** Opens a socket and waits until it works; `ended` gives the close code. */
async function openSocket(url: string, token: string | null): Promise<{ ended: Promise<number> }> {
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  await new Promise<void>((resolve) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => {},
      connectionParams: { authorization: `Bearer ${token}` },
    });
    client.on('connected', () => resolve());
    client.on('closed', (event) => end(Number(Reflect.get(Object(event), 'code'))));
  });
  return { ended };
}

it('lists where a person is signed in, in pages', async ({ ocore }) => {
  const person = await ocore.owner('ann');
  await signIn(ocore, person.email, windows);
  await signIn(ocore, person.email, phone);
  const curl = await signIn(ocore, person.email, 'curl/8.5.0');
  const stranger = await ocore.owner('bob');
  const first = await curl.get('/user/sessions?limit=3');
  const names = [0, 1, 2].map((index) => [first.at(`data.${index}.deviceName`), first.at(`data.${index}.current`)]);
  expect(names).toEqual([
    ['curl', true],
    ['Safari on iPhone', false],
    ['Firefox on Windows', false],
  ]);
  expect(first.at('data.0')).toMatchObject({ ipAddress: '127.0.0.1', method: 'password', strong: false });
  const rest = await curl.get(`/user/sessions?limit=3&cursor=${first.text('next_cursor')}`);
  expect([rest.at('data.0.deviceName'), rest.at('data.1'), rest.at('has_more')]).toEqual(['Node.js', undefined, false]);
  expect((await stranger.delete(`/user/sessions/${first.text('data.1.id')}`)).status).toBe(404);
  expect((await curl.delete('/user/sessions/nonsense')).status).toBe(404);
});

it('ends one session for every process, on its next request, with its sockets', async ({ ocore }) => {
  const person = await ocore.owner('cid');
  const other = await signIn(ocore, person.email, windows);
  const [here, there, mine] = [
    await openSocket(ocore.url, other.token),
    await openSocket(second.url ?? '', other.token),
    await openSocket(second.url ?? '', person.token),
  ];
  let mineEnded = false;
  void mine.ended.then(() => {
    mineEnded = true;
  });
  const id = (await person.get('/user/sessions')).text('data.0.id');
  expect((await person.delete(`/user/sessions/${id}`)).status).toBe(204);
  expect((await other.get('/user')).status).toBe(401);
  expect((await new Client(second.url ?? '', other.token, null).get('/user')).status).toBe(401);
  expect(await Promise.all([here.ended, there.ended])).toEqual([4403, 4403]);
  expect(
    (await new Client(ocore.url, null, null).post('/auth/refresh', { refreshToken: other.refreshToken })).status,
  ).toBe(401);
  expect((await person.delete(`/user/sessions/${id}`)).status).toBe(404);
  expect((await person.get('/user/sessions')).at('data.1')).toBeUndefined();
  expect(mineEnded).toBe(false);
  expect((await new Client(second.url ?? '', person.token, null).get('/user')).status).toBe(200);
});

it('ends all other sessions', async ({ ocore }) => {
  const person = await ocore.owner('dan');
  const others = [await signIn(ocore, person.email, windows), await signIn(ocore, person.email, phone)];
  const socket = await openSocket(second.url ?? '', others[0]?.token ?? null);
  expect((await person.graphql('mutation { endOtherSessions }')).at('data.endOtherSessions')).toBe(2);
  expect(await socket.ended).toBe(4403);
  for (const other of others)
    expect((await new Client(second.url ?? '', other.token, null).get('/user')).status).toBe(401);
  expect((await person.get('/user')).status).toBe(200);
  const actions = await ocore.sql<{ action: string; ended: string }>(
    "SELECT action, after_state->>'ended' AS ended FROM audit_entries WHERE actor_name = $1 AND action LIKE 'auth.other%'",
    [person.email],
  );
  expect(actions).toEqual([{ action: 'auth.other_sessions_ended', ended: '2' }]);
});

it('notes when a session was last seen, once a minute', async ({ ocore }) => {
  const person = await ocore.owner('eve');
  const seen = async () =>
    (
      await ocore.sql<{ xmin: string; ago: number; ip_address: string }>(
        'SELECT s.xmin::text, extract(epoch FROM now() - last_seen_at)::int AS ago, s.ip_address FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1',
        [person.email],
      )
    )[0];
  const before = await seen();
  await person.get('/user');
  expect((await seen())?.xmin).toBe(before?.xmin);
  await ocore.sql(
    "UPDATE sessions SET last_seen_at = now() - interval '61 seconds', ip_address = '203.0.113.9' WHERE user_id = (SELECT id FROM users WHERE email = $1)",
    [person.email],
  );
  await Promise.all(Array.from({ length: 10 }, () => person.get('/user')));
  await expect.poll(async () => (await seen())?.ago).toBeLessThan(30);
  const noted = await seen();
  expect(noted?.ip_address).toBe('127.0.0.1');
  await person.get('/user');
  expect((await seen())?.xmin).toBe(noted?.xmin);
});
