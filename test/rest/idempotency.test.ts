import { randomUUID } from 'node:crypto';
import { afterEach, expect } from 'vitest';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { GatewayProcess } from '../kit/gateway.ts';
import { holding, until, waiting } from '../kit/holding.ts';
import { Ocore } from '../kit/ocore.ts';
import { nowhere } from '../kit/nowhere.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let second: GatewayProcess | undefined;

afterEach(async () => {
  await second?.kill();
  second = undefined;
});

const send = (client: Client, method: string, path: string, key: string, body?: unknown): Promise<Answer> =>
  client.request(method, `/api${path}`, body, { 'idempotency-key': key });
const projects = async (ocore: Ocore, name: string): Promise<number> =>
  Number((await ocore.sql<{ count: string }>('SELECT count(*) FROM projects WHERE name = $1', [name]))[0]?.count);

const blocked = async (ocore: Ocore): Promise<boolean> => (await waiting(ocore)) > 0;
const leaseEnds = (ocore: Ocore): Promise<unknown> =>
  ocore.sql('UPDATE idempotency_keys SET lease_until = now() WHERE answer_enc IS NULL');

it('gives the first answer again, after a restart too', async ({ ocore, owner }) => {
  const key = randomUUID();
  const first = await send(owner, 'POST', '/projects', key, { name: 'Once' });
  expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
  await ocore.restart();
  const again = await send(owner, 'POST', '/projects', key, { name: 'Once' });
  expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first.body]);
  expect(await projects(ocore, 'Once')).toBe(1);
});

it('is the same key with and without an organization that the route does not use', async ({ owner }) => {
  const key = randomUUID();
  const bare = new Client(owner.url, owner.token, null);
  const first = await send(owner, 'POST', '/user/orgs', key, { name: 'Once only' });
  const again = await send(bare, 'POST', '/user/orgs', key, { name: 'Once only' });
  expect([first.status, again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([
    201,
    201,
    'true',
    first.body,
  ]);
});

it('covers PATCH and DELETE, and keeps the headers of an answer', async ({ owner }) => {
  const id = (await owner.post('/projects', { name: 'Changing' })).text('id');
  const [patch, remove] = [randomUUID(), randomUUID()];
  const changed = await send(owner, 'PATCH', `/projects/${id}`, patch, { name: 'Changed' });
  expect((await send(owner, 'PATCH', `/projects/${id}`, patch, { name: 'Changed' })).body).toEqual(changed.body);
  await send(owner, 'DELETE', `/projects/${id}`, remove);
  const gone = await send(owner, 'DELETE', `/projects/${id}`, remove);
  expect([gone.status, gone.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
  const others = randomUUID();
  const ended = [
    await send(owner, 'DELETE', '/user/sessions', others),
    await send(owner, 'DELETE', '/user/sessions', others),
  ];
  expect(ended.map(({ status, body, headers }) => [status, body, headers.get('idempotency-replayed')])).toEqual([
    [204, '', null],
    [204, '', 'true'],
  ]);
  const register = randomUUID();
  const server = {
    name: 'Kept',
    ...nowhere,
  };
  const accepted = await send(owner, 'POST', '/servers', register, server);
  const repeated = await send(owner, 'POST', '/servers', register, server);
  expect([repeated.status, repeated.headers.get('location'), repeated.headers.get('retry-after')]).toEqual([
    202,
    accepted.headers.get('location'),
    '2',
  ]);
});

it('refuses the key of another request', async ({ owner }) => {
  const key = randomUUID();
  await send(owner, 'POST', '/projects', key, { name: 'Mine' });
  for (const [method, path, body] of [
    ['POST', '/projects', { name: 'Other' }],
    ['POST', '/environments', { name: 'Mine', projectId: 'x', type: 'staging' }],
  ] as const) {
    const answer = await send(owner, method, path, key, body);
    expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
      422,
      'idempotency_key_reused',
      'Idempotency-Key',
    ]);
  }
});

it('belongs to its caller and organization', async ({ ocore, owner }) => {
  const key = randomUUID();
  const other = await ocore.owner('other');
  const [mine, theirs] = [
    await send(owner, 'POST', '/projects', key, { name: 'Same key' }),
    await send(other, 'POST', '/projects', key, { name: 'Same key' }),
  ];
  expect([mine.status, theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, 201, null]);
  expect(theirs.text('id')).not.toBe(mine.text('id'));
});

it('may come again after a request that was refused', async ({ owner }) => {
  const key = randomUUID();
  expect((await send(owner, 'POST', '/projects', key, { name: '' })).status).toBe(400);
  expect((await send(owner, 'POST', '/projects', key, { name: 'Taken', slug: 'taken' })).status).toBe(201);
  const late = randomUUID();
  expect((await send(owner, 'POST', '/projects', late, { name: 'Late', slug: 'taken' })).status).toBe(409);
  expect((await send(owner, 'POST', '/projects', late, { name: 'Late', slug: 'late' })).status).toBe(201);
});

it.for(['', 'two words', 'x'.repeat(256), 'ü'])('must be a plain text: %j', async (key, { owner }) => {
  const answer = await owner.request('POST', '/api/projects', { name: 'Odd key' }, { 'idempotency-key': key });
  expect([answer.status, answer.at('error.details.field')]).toEqual([400, 'Idempotency-Key']);
});

it('is forgotten after a day', async ({ ocore, owner }) => {
  const key = randomUUID();
  await send(owner, 'POST', '/projects', key, { name: 'Yesterday' });
  await ocore.sql("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'");
  const answer = await send(owner, 'POST', '/projects', key, { name: 'Today' });
  expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, null]);
});

it('keeps tokens and passwords only sealed', async ({ ocore, owner }) => {
  const key = randomUUID();
  const login = { email: owner.email, password: 'correct horse 1' };
  const first = await send(owner, 'POST', '/auth/login', key, login);
  expect((await send(owner, 'POST', '/auth/login', key, login)).body).toEqual(first.body);
  const kept = JSON.stringify(await ocore.sql('SELECT * FROM idempotency_keys'));
  for (const secret of [first.text('accessToken'), first.text('refreshToken'), login.password, owner.email, key])
    expect(kept).not.toContain(secret);
});

it('tells nothing to somebody who lost the permission', async ({ ocore }) => {
  const key = randomUUID();
  const leaver = await ocore.owner('leaver');
  await send(leaver, 'POST', '/projects', key, { name: 'Left' });
  await ocore.sql('UPDATE memberships SET role_id = NULL WHERE user_id = (SELECT id FROM users WHERE email = $1)', [
    leaver.email,
  ]);
  expect((await send(leaver, 'POST', '/projects', key, { name: 'Left' })).status).toBe(403);
});

it('answers 409 on every process while the first request runs', async ({ ocore, owner }) => {
  second = await GatewayProcess.start(ocore);
  const there = second.client(owner);
  const key = randomUUID();
  await holding(ocore, 'LOCK TABLE projects IN EXCLUSIVE MODE', [], async (release) => {
    const first = send(owner, 'POST', '/projects', key, { name: 'Slow' });
    await until(() => blocked(ocore));
    const meanwhile = await send(there, 'POST', '/projects', key, { name: 'Slow' });
    expect([meanwhile.status, meanwhile.at('error.code'), meanwhile.headers.get('retry-after')]).toEqual([
      409,
      'idempotency_in_progress',
      '1',
    ]);
    expect((await send(there, 'POST', '/projects', key, { name: 'Other' })).at('error.code')).toBe(
      'idempotency_key_reused',
    );
    await release();
    const answer = await first;
    const replay = await send(there, 'POST', '/projects', key, { name: 'Slow' });
    expect([answer.status, replay.status, replay.body]).toEqual([201, 201, answer.body]);
  });
  expect(await projects(ocore, 'Slow')).toBe(1);
});

it('lets one of many at once do it', async ({ ocore, owner }) => {
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => send(owner, 'POST', '/projects', key, { name: 'Crowd' })),
  );
  expect(await projects(ocore, 'Crowd')).toBe(1);
  expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
});

it('runs again when the process died before the change', async ({ ocore, owner }) => {
  second = await GatewayProcess.start(ocore);
  const key = randomUUID();
  await holding(ocore, 'LOCK TABLE projects IN EXCLUSIVE MODE', [], async () => {
    const lost = send(second?.client(owner) ?? owner, 'POST', '/projects', key, { name: 'Killed early' }).catch(
      () => 'lost',
    );
    await until(() => blocked(ocore));
    await second?.kill();
    expect(await lost).toBe('lost');
  });
  expect((await send(owner, 'POST', '/projects', key, { name: 'Killed early' })).at('error.code')).toBe(
    'idempotency_in_progress',
  );
  await leaseEnds(ocore);
  expect((await send(owner, 'POST', '/projects', key, { name: 'Killed early' })).status).toBe(201);
  expect(await projects(ocore, 'Killed early')).toBe(1);
});

it('does not do it twice when the process died after the change', async ({ ocore, owner }) => {
  second = await GatewayProcess.start(ocore);
  const key = randomUUID();
  // The statement that keeps the answer waits until the process is dead, and comes to nothing.
  await ocore.sql(
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RAISE 'The process is gone'; END $$`,
  );
  await ocore.sql(
    'CREATE TRIGGER slow BEFORE UPDATE ON idempotency_keys FOR EACH ROW WHEN (NEW.answer_enc IS NOT NULL) EXECUTE FUNCTION slow()',
  );
  await holding(ocore, 'SELECT pg_advisory_xact_lock(4711)', [], async () => {
    const lost = send(second?.client(owner) ?? owner, 'POST', '/projects', key, { name: 'Killed late' }).catch(
      () => 'lost',
    );
    await until(() => blocked(ocore));
    await second?.kill();
    expect(await lost).toBe('lost');
  });
  await ocore.sql('DROP TRIGGER slow ON idempotency_keys');
  await leaseEnds(ocore);
  for (const _attempt of [1, 2]) {
    const answer = await send(owner, 'POST', '/projects', key, { name: 'Killed late' });
    expect([answer.status, answer.at('error.code'), answer.at('error.details.action')]).toEqual([
      409,
      'idempotency_answer_lost',
      'project.created',
    ]);
    expect((await owner.get(`/projects/${answer.text('error.details.id')}`)).at('name')).toBe('Killed late');
  }
  expect(await projects(ocore, 'Killed late')).toBe(1);
});

it('does not take the work of somebody else for its own, whose request had the same id', async ({ ocore, owner }) => {
  const stranger = await ocore.owner('stranger');
  // Nobody answers there, so the first attempt ends without anybody knowing what it did.
  const lonely = await Ocore.start({
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    OCORE_ROLE: 'gateway',
    GITHUB_URL: 'http://127.0.0.1:9',
  });
  try {
    const headers = { 'x-request-id': 'deploy-0001' };
    expect((await stranger.request('POST', '/api/projects', { name: 'Theirs alone' }, headers)).status).toBe(201);
    const mine = new Client(lonely.url, owner.token, owner.org);
    const attempt = () =>
      mine.request(
        'POST',
        '/api/user/ssh-keys/import-github',
        { githubUsername: 'somebody' },
        { ...headers, 'idempotency-key': 'same-request-id' },
      );
    expect([(await attempt()).at('error.code'), (await attempt()).at('error.code')]).toEqual([
      'service_unavailable',
      'service_unavailable',
    ]);
  } finally {
    await lonely.running.stop();
  }
});
