import { afterEach, describe, expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { DatabaseProxy } from '../kit/database-proxy.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { connected, RawSocket } from '../kit/raw-socket.ts';

const key = { SSH_ENCRYPTION_KEY: 'the same key in all processes of this test' };
it.override('env', { OCORE_ROLE: 'gateway', ...key });

let base: Ocore;
it.beforeAll(({ ocore }) => {
  base = ocore;
});

const running: Ocore[] = [];
/** A gateway with limits of its own, on the database of all. */
async function start(env: Record<string, string>): Promise<Ocore> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway', DATABASE_URL: base.running.databaseUrl, ...key, ...env });
  running.push(ocore);
  return ocore;
}
afterEach(async () => {
  for (const ocore of running.splice(0).reverse()) await ocore.stop();
});

const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const nobody = (ocore: Ocore): Client => new Client(ocore.url, null, null);
const login = (ocore: Ocore, email: string, password: string, address: string) =>
  nobody(ocore).request('POST', '/api/auth/login', { email, password }, from(address));

/** Quotas begin anew each minute; a test of one must not straddle two. */
async function earlyInTheMinute(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 8000) await new Promise((resolve) => setTimeout(resolve, left + 100));
}

describe('requests', () => {
  it('of an account are counted over REST, GraphQL and sockets, and the answers say so', async () => {
    const ocore = await start({ RATE_LIMIT_ACCOUNT: '12' });
    await earlyInTheMinute();
    const owner = await ocore.owner();
    const first = await owner.get('/user');
    expect([
      first.headers.get('ratelimit-policy'),
      first.headers.get('x-ratelimit-limit'),
      first.headers.get('x-ratelimit-remaining'),
    ]).toEqual(['"account";q=12;w=60', '12', '11']);
    expect(first.headers.get('ratelimit')).toMatch(/^"account";r=11;t=\d+$/);
    expect(Number(first.headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now());
    const second = await owner.graphql('{ me { id } }');
    expect(second.headers.get('ratelimit-policy')).toMatch(/^"account";q=12;w=60, "graphql_cost";q=\d+;w=60$/);
    const socket = await connected(owner);
    for (let index = 0; index < 9; index += 1) expect((await owner.get('/user')).status).toBe(200);
    const refused = await owner.get('/user');
    expect([
      refused.status,
      refused.at('error.code'),
      refused.at('error.details.limit'),
      refused.headers.get('x-ratelimit-remaining'),
    ]).toEqual([429, 'rate_limit_exceeded', 'account', '0']);
    expect(refused.headers.get('retry-after')).toBe(String(refused.at('error.details.retry_after')));
    const graphql = await owner.graphql('{ me { id } }');
    expect([graphql.status, graphql.at('errors.0.extensions.code'), graphql.headers.get('retry-after')]).toEqual([
      429,
      'rate_limit_exceeded',
      String(graphql.at('errors.0.extensions.details.retry_after')),
    ]);
    await socket.send({ id: '1', type: 'subscribe', payload: { query: '{ me { id } }' } });
    expect((await socket.next()).at('payload.0.extensions.code')).toBe('rate_limit_exceeded');
    socket.end();
    // Others are not concerned.
    expect((await (await ocore.owner('other')).get('/user')).status).toBe(200);
  });

  it('cost what their GraphQL operation asks for', async () => {
    const ocore = await start({ RATE_LIMIT_GRAPHQL_COST: '250' });
    await earlyInTheMinute();
    const owner = await ocore.owner();
    const page = (): ReturnType<Client['graphql']> => owner.graphql('{ instances(first: 100) { nodes { id } } }');
    expect((await page()).headers.get('ratelimit')).toMatch(/"graphql_cost";r=149;t=\d+$/);
    await page();
    await page();
    const refused = await page();
    expect([refused.status, refused.at('errors.0.extensions.details.limit')]).toEqual([429, 'graphql_cost']);
    expect((await owner.get('/instances?limit=100')).status).toBe(200);
  });

  it('count before they cost anything, also those that are refused', async () => {
    const ocore = await start({ RATE_LIMIT_ACCOUNT: '14' });
    await earlyInTheMinute();
    const owner = await ocore.owner();
    const wrong = [
      () => owner.graphql('{ nothing }'),
      () => owner.graphql('{'),
      () => owner.graphql(`{ ${'a'.repeat(70_000)} }`),
      () => owner.request('POST', '/graphql', '{"query":'),
      () => owner.request('POST', '/graphql', '[]'),
      () => owner.request('DELETE', '/graphql'),
      () => owner.post('/projects', '{"name":'),
      () => owner.graphql('{ projects(first: "x") { nodes { id } } }'),
      () => owner.request('GET', '/api/projects', undefined, { accept: 'text/html' }),
      () => owner.post('/projects', { name: 5 }),
      () => owner.get('/projects?limit=x'),
      () => owner.get('/no-such-route'),
      () => owner.put('/projects', {}),
      () => owner.request('GET', '/api/projects', undefined, { 'x-ocore-version': '1999' }),
    ];
    for (const [index, send] of wrong.entries()) {
      const answer = await send();
      expect([index, answer.at('errors.0.extensions.code') ?? answer.at('error.code')]).not.toEqual([
        index,
        'rate_limit_exceeded',
      ]);
      expect(answer.headers.get('ratelimit')).toContain(`"account";r=${13 - index};`);
    }
    for (const send of wrong) {
      const refused = await send();
      expect([refused.status, refused.at('errors.0.extensions.code') ?? refused.at('error.code')]).toEqual([
        429,
        'rate_limit_exceeded',
      ]);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    }
  });

  it('without a sign-in count by address whatever is wrong with them: a flood of invalid documents is refused', async () => {
    const ocore = await start({ RATE_LIMIT_ANONYMOUS: '120' });
    await earlyInTheMinute();
    const flood = await Promise.all(
      Array.from({ length: 150 }, (_value, index) => nobody(ocore).graphql(`{ nothing${index} }`)),
    );
    const statuses = flood.map((answer) => `${answer.status} ${String(answer.at('errors.0.extensions.code'))}`);
    expect(statuses.filter((status) => status === '200 bad_request')).toHaveLength(120);
    expect(statuses.filter((status) => status === '429 rate_limit_exceeded')).toHaveLength(30);
  });

  it('on a socket count before their documents are read', async () => {
    const ocore = await start({ RATE_LIMIT_ACCOUNT: '20' });
    await earlyInTheMinute();
    const socket = await connected(await ocore.owner());
    const codes = new Map<string, number>();
    for (let index = 0; index < 60; index += 1)
      await socket.send({ id: String(index), type: 'subscribe', payload: { query: `{ nothing${index} }` } });
    for (let index = 0; index < 60; index += 1) {
      const code = (await socket.next()).text('payload.0.extensions.code');
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    // One was the connection itself.
    expect(Object.fromEntries(codes)).toEqual({ bad_request: 19, rate_limit_exceeded: 41 });
    socket.end();
  });

  it('of an API key have a quota of their own, beside the one of the person who made it', async () => {
    const ocore = await start({ RATE_LIMIT_ACCOUNT: '8' });
    await earlyInTheMinute();
    const owner = await ocore.owner();
    const made = await owner.post('/api-keys', { name: 'CI', permissions: ['view:projects'] });
    const program = owner.withKey(made.text('key'));
    const first = await program.get('/projects');
    expect([first.status, first.headers.get('ratelimit-policy'), first.headers.get('x-ratelimit-remaining')]).toEqual([
      200,
      '"api_key";q=8;w=60',
      '7',
    ]);
    for (let index = 0; index < 7; index += 1) expect((await program.get('/projects')).status).toBe(200);
    const refused = await program.get('/projects');
    expect([refused.status, refused.at('error.details.limit')]).toEqual([429, 'api_key']);
    expect((await owner.get('/projects')).status).toBe(200);
    const other = owner.withKey(
      (await owner.post('/api-keys', { name: 'Other', permissions: ['view:projects'] })).text('key'),
    );
    expect((await other.get('/projects')).status).toBe(200);
  });

  it('are counted together by all processes', async () => {
    const one = await start({ RATE_LIMIT_ACCOUNT: '40' });
    const two = await start({ RATE_LIMIT_ACCOUNT: '40' });
    await earlyInTheMinute();
    const owner = await one.owner();
    const there = new Client(two.url, owner.token, owner.org);
    for (let index = 0; index < 20; index += 1)
      expect([(await owner.get('/user')).status, (await there.get('/user')).status]).toEqual([200, 200]);
    await expect
      .poll(async () => [(await owner.get('/user')).status, (await there.get('/user')).status], { timeout: 5000 })
      .toEqual([429, 429]);
  });

  it('are counted without a statement for each', async () => {
    const proxy = await DatabaseProxy.start(base.running.databaseUrl);
    const ocore = await start({ RATE_LIMIT_ACCOUNT: '400', DATABASE_URL: proxy.url });
    const owner = await ocore.owner();
    await owner.get('/user');
    const before = proxy.statements;
    await owner.get('/user');
    const each = proxy.statements - before;
    await Promise.all(Array.from({ length: 200 }, () => owner.get('/user')));
    expect(proxy.statements - before - each).toBeLessThan(200 * each + 100);
    expect(
      await ocore.sql('SELECT points FROM request_counters WHERE points > 20 AND key LIKE $1', ['account %']),
    ).not.toEqual([]);
    await running.pop()?.stop();
    await proxy.stop();
  });

  it('without a valid sign-in are counted by address, IPv6 by network, and wrong tokens among them', async () => {
    const ocore = await start({ RATE_LIMIT_ANONYMOUS: '5', TRUST_PROXY: '1' });
    await earlyInTheMinute();
    const ask = async (address: string, token: string | null = null): Promise<number> =>
      (await new Client(ocore.url, token, null).request('GET', '/api/user', undefined, from(address))).status;
    for (let index = 0; index < 5; index += 1) expect(await ask(`2001:db8:0:1::${index}`)).toBe(401);
    expect(await ask('2001:db8:0:1:ffff::1')).toBe(429);
    expect(await ask('2001:db8:0:2::1')).toBe(401);
    for (let index = 0; index < 5; index += 1) expect(await ask('192.0.2.1', `guess-${index}`)).toBe(401);
    expect([await ask('::ffff:192.0.2.1', 'guess'), await ask('192.0.2.2', 'guess')]).toEqual([429, 401]);
    const owner = await nobody(ocore).request(
      'POST',
      '/api/auth/signup',
      { email: 'behind@example.com', password: 'correct horse 1', name: 'A' },
      from('192.0.2.9'),
    );
    // Who is signed in is not held up by strangers behind the same address.
    expect(await ask('192.0.2.1', owner.text('accessToken'))).toBe(200);
  });

  it('are refused before anything is asked when an address sends too many', async () => {
    const ocore = await start({ RATE_LIMIT_ADDRESS: '10', TRUST_PROXY: '1' });
    await earlyInTheMinute();
    const answers = [];
    for (let index = 0; index < 12; index += 1)
      answers.push(
        await nobody(ocore).request(
          index % 2 ? 'GET' : 'POST',
          index % 2 ? '/api/openapi.json' : '/graphql',
          index % 2 ? undefined : { query: '{ __typename }' },
          from('198.51.100.1'),
        ),
      );
    expect(answers.map((answer) => answer.status)).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
    expect([
      answers[10]?.at('errors.0.extensions.details.limit'),
      answers[11]?.at('error.details.limit'),
      answers[11]?.headers.get('ratelimit-policy'),
    ]).toEqual(['address', 'address', '"address";q=10;w=60']);
    const socket = new RawSocket(ocore.url, { headers: from('198.51.100.1') });
    expect(await socket.closed).toBe('HTTP 429');
    expect((await nobody(ocore).request('GET', '/healthz', undefined, from('198.51.100.1'))).status).toBe(200);
  });
});

describe('the address of a request', () => {
  const addressSeen = async (ocore: Ocore, forwarded: string): Promise<string | undefined> => {
    const email = `${Math.random()}@example.com`;
    await nobody(ocore).request(
      'POST',
      '/api/auth/signup',
      { email, password: 'correct horse 1', name: 'A' },
      from(forwarded),
    );
    const [row] = await ocore.sql<{ ip_address: string }>(
      'SELECT s.ip_address FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1',
      [email],
    );
    return row?.ip_address;
  };

  it('is what the proxies that are trusted say, and nobody else', async () => {
    const alone = await start({});
    expect(await addressSeen(alone, '203.0.113.7')).toBe('127.0.0.1');
    const behindOne = await start({ TRUST_PROXY: '1' });
    expect(await addressSeen(behindOne, '6.6.6.6, 203.0.113.7')).toBe('203.0.113.7');
    expect(await addressSeen(behindOne, '203.0.113.7:4711')).toBe('203.0.113.7');
    expect(await addressSeen(behindOne, '<script>')).toBe('127.0.0.1');
    const behindRange = await start({ TRUST_PROXY: '127.0.0.0/8, 10.0.0.0/8' });
    expect(await addressSeen(behindRange, '6.6.6.6, 203.0.113.7, 10.1.2.3')).toBe('203.0.113.7');
  });
});

describe('sign-ins', () => {
  it('that fail are bounded by account and address, across restarts, and before the password is looked at', async () => {
    const ocore = await start({ RATE_LIMIT_SENSITIVE_FACTOR: '1', TRUST_PROXY: '1' });
    const owner = await ocore.owner();
    for (let index = 0; index < 10; index += 1)
      expect((await login(ocore, owner.email, `wrong ${index}`, '192.0.2.1')).status).toBe(401);
    const refused = await login(ocore, owner.email, 'correct horse 1', '192.0.2.1');
    expect([refused.status, refused.at('error.code'), Number(refused.headers.get('retry-after')) > 600]).toEqual([
      429,
      'rate_limit_exceeded',
      true,
    ]);
    await ocore.restart();
    expect((await login(ocore, owner.email.toUpperCase(), 'correct horse 1', '192.0.2.1')).status).toBe(429);
    // The real one elsewhere, and others here, go on.
    expect((await login(ocore, owner.email, 'correct horse 1', '192.0.2.2')).status).toBe(200);
    expect((await login(ocore, 'other@example.com', 'wrong', '192.0.2.1')).status).toBe(401);
    // GraphQL and REST count as one.
    const query = 'mutation { login(input: { email: "victim@example.com", password: "wrong" }) { expiresIn } }';
    for (let index = 0; index < 10; index += 1)
      await nobody(ocore).request('POST', '/graphql', { query }, from('192.0.2.3'));
    expect((await login(ocore, 'victim@example.com', 'x', '192.0.2.3')).status).toBe(429);
    const refusedThere = await nobody(ocore).request('POST', '/graphql', { query }, from('192.0.2.3'));
    expect([refusedThere.status, refusedThere.at('errors.0.extensions.details.limit')]).toEqual([429, 'login']);
    expect(JSON.stringify(await ocore.sql('SELECT key FROM sensitive_limits'))).not.toContain('@');
  });

  it('are forgiven when they succeed', async () => {
    const ocore = await start({ RATE_LIMIT_SENSITIVE_FACTOR: '1', TRUST_PROXY: '1' });
    const owner = await ocore.owner();
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 9; index += 1)
        expect((await login(ocore, owner.email, 'wrong', '192.0.2.40')).status).toBe(401);
      expect((await login(ocore, owner.email, 'correct horse 1', '192.0.2.40')).status).toBe(200);
    }
    // The address has failed 36 times, and may 60.
    for (let index = 0; index < 24; index += 1)
      expect((await login(ocore, `nobody${index}@example.com`, 'wrong', '192.0.2.40')).status).toBe(401);
    expect((await login(ocore, 'one-more@example.com', 'wrong', '192.0.2.40')).status).toBe(429);
  });

  it('of an account from everywhere are bounded, but not for where its owner is known', async () => {
    const ocore = await start({ RATE_LIMIT_SENSITIVE_FACTOR: '1', TRUST_PROXY: '1' });
    const owner = await ocore.owner();
    expect((await login(ocore, owner.email, 'correct horse 1', '203.0.113.1')).status).toBe(200);
    const tenFromEach = (email: string) =>
      Promise.all(
        Array.from({ length: 10 }, async (_value, host) => {
          for (let index = 0; index < 10; index += 1)
            expect((await login(ocore, email, 'wrong', `198.51.100.${host}`)).status).toBe(401);
        }),
      );
    await tenFromEach(owner.email);
    expect((await login(ocore, owner.email, 'wrong', '198.51.100.77')).at('error.details.limit')).toBe('login_account');
    expect((await login(ocore, owner.email, 'correct horse 1', '203.0.113.1')).status).toBe(200);
    // An address that nobody knows is told the same of an account that does not exist.
    await tenFromEach('nobody@example.com');
    expect((await login(ocore, 'nobody@example.com', 'wrong', '198.51.100.77')).at('error.details.limit')).toBe(
      'login_account',
    );
  });

  it('that come all at once wait in a line of bounded length', async () => {
    const ocore = await start({});
    // Far more than the line holds: on a busy machine requests arrive hardly faster than passwords are compared.
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_value, index) => login(ocore, `a${index}@example.com`, 'wrong', '127.0.0.1')),
    );
    const statuses = new Set(answers.map((answer) => answer.status));
    expect(statuses).toEqual(new Set([401, 503]));
    const busy = answers.find((answer) => answer.status === 503);
    expect([busy?.at('error.code'), busy?.headers.get('retry-after')]).toEqual(['service_unavailable', '3']);
  });
});

it('bounds sign-ups and guesses at refresh tokens by address', async () => {
  const ocore = await start({ RATE_LIMIT_SENSITIVE_FACTOR: '1', TRUST_PROXY: '1' });
  const signUp = async (index: number) =>
    (
      await nobody(ocore).request(
        'POST',
        '/api/auth/signup',
        { email: `a${index}@example.com`, password: 'correct horse 1', name: 'A' },
        from('192.0.2.1'),
      )
    ).status;
  for (let index = 0; index < 20; index += 1) expect(await signUp(index)).toBe(201);
  expect(await signUp(20)).toBe(429);
  const owner = await ocore.owner();
  const refresh = (refreshToken: string) =>
    nobody(ocore).request('POST', '/api/auth/refresh', { refreshToken }, from('192.0.2.5'));
  let token = owner.refreshToken;
  for (let index = 0; index < 60; index += 1) {
    // Real refreshes do not count.
    if (index % 10 === 0) token = (await refresh(token)).text('refreshToken');
    expect((await refresh(`ocore_r_guess${index}`)).status).toBe(401);
  }
  expect((await refresh('ocore_r_guess')).status).toBe(429);
});
