import { describe, expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { type Fixtures, it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { connected, RawSocket } from '../kit/raw-socket.ts';
import { operationNowhere } from '../kit/nowhere.ts';

// Nobody works: the operation stays queued, and a subscription to it open.
it.override('env', { OCORE_ROLE: 'gateway', SOCKETS_PER_ACCOUNT: '20' });

let operation: string;

it.beforeAll(async ({ owner }) => {
  operation = await operationNowhere(owner, 'Waiting');
});

const init = (client: Client): object => ({
  type: 'connection_init',
  payload: { authorization: `Bearer ${client.token ?? ''}`, 'x-org-slug': client.org ?? '' },
});
const ask = (id: string, query: string, more: object = {}): object => ({
  id,
  type: 'subscribe',
  payload: { query, ...more },
});
const follow = (id: string): object =>
  ask(id, 'subscription ($id: ID!) { operationUpdated(id: $id) { status } }', { variables: { id: operation } });

async function closeAfter(ocore: Ocore, ...messages: readonly unknown[]): Promise<string> {
  const socket = new RawSocket(ocore.url);
  for (const message of messages) await socket.send(message);
  return socket.closed;
}

describe('the graphql-transport-ws protocol', () => {
  it.for<[what: string, close: (fixtures: Fixtures) => Promise<string>, reason: string | RegExp]>([
    [
      'no subprotocol',
      ({ ocore }) => new RawSocket(ocore.url, { protocol: '' }).closed,
      '4406 Subprotocol not acceptable',
    ],
    ['no init for a while', ({ ocore }) => closeAfter(ocore), '4408 Connection initialisation timeout'],
    [
      'a second init',
      ({ ocore, owner }) => closeAfter(ocore, init(owner), init(owner)),
      '4429 Too many initialisation requests',
    ],
    ['a subscribe before the init', ({ ocore }) => closeAfter(ocore, ask('1', '{ __typename }')), '4401 Unauthorized'],
    [
      'a subscribe before the acknowledgement',
      ({ ocore, owner }) => closeAfter(ocore, init(owner), ask('1', '{ __typename }')),
      '4401 Unauthorized',
    ],
    [
      'a token that is not valid',
      ({ ocore }) => closeAfter(ocore, { type: 'connection_init', payload: { authorization: 'Bearer nonsense' } }),
      '4403 unauthenticated: The access token is not valid',
    ],
    [
      'no token',
      ({ ocore }) => closeAfter(ocore, { type: 'connection_init' }),
      '4403 unauthenticated: Sign in first: send Authorization: Bearer <token>',
    ],
    ['what is not JSON', ({ ocore }) => closeAfter(ocore, 'nonsense'), '4400 Invalid message received'],
    ['what is not a message', ({ ocore }) => closeAfter(ocore, '[]'), '4400 Invalid message received'],
    ['an unknown type', ({ ocore }) => closeAfter(ocore, { type: 'hello' }), '4400 Invalid message received'],
    [
      'a subscribe without an id',
      ({ ocore }) => closeAfter(ocore, { type: 'subscribe', payload: { query: '{ __typename }' } }),
      '4400 Invalid message received',
    ],
    [
      'a subscribe without a query',
      ({ ocore }) => closeAfter(ocore, { id: '1', type: 'subscribe', payload: {} }),
      '4400 Invalid message received',
    ],
    [
      'variables that are no object',
      ({ ocore }) => closeAfter(ocore, ask('1', '{ __typename }', { variables: 'x' })),
      '4400 Invalid message received',
    ],
    [
      'a message of the server’s',
      ({ ocore }) => closeAfter(ocore, { id: '1', type: 'next', payload: {} }),
      '4500 Internal server error',
    ],
    [
      'a message above 1 MiB',
      ({ ocore }) => closeAfter(ocore, { type: 'ping', payload: { x: 'x'.repeat(2 ** 20) } }),
      /^1009/,
    ],
  ])('closes for %s', async ([_what, close, reason], { ocore, owner }) => {
    expect(await close({ ocore, owner })).toMatch(reason);
  });

  it('answers a ping with its payload, before and after the init', async ({ ocore, owner }) => {
    const socket = new RawSocket(ocore.url);
    await socket.send({ type: 'ping', payload: { at: 1 } });
    expect((await socket.next()).body).toEqual({ type: 'pong', payload: { at: 1 } });
    await socket.send(init(owner));
    expect((await socket.next()).body).toEqual({ type: 'connection_ack' });
    await socket.send({ type: 'ping' });
    expect((await socket.next()).body).toEqual({ type: 'pong' });
    await socket.send({ type: 'pong' });
    await socket.send(ask('1', '{ __typename }'));
    expect((await socket.next()).at('type')).toBe('next');
    socket.end();
  });

  it('answers queries and mutations once, and completes', async ({ owner }) => {
    const socket = await connected(owner);
    await socket.send(ask('q', 'query Me { me { email } } query Other { __typename }', { operationName: 'Me' }));
    expect((await socket.next()).body).toEqual({
      id: 'q',
      type: 'next',
      payload: { data: { me: { email: owner.email } } },
    });
    expect((await socket.next()).body).toEqual({ id: 'q', type: 'complete' });
    await socket.send(ask('w', 'query Me { me { email } }', { operationName: 'Mine' }));
    const wrong = await socket.next();
    expect([wrong.at('type'), wrong.at('payload.0.message')]).toEqual([
      'error',
      'The document has no operation Mine; it has Me',
    ]);
    await socket.send(
      ask('m', 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { name } }', {
        variables: { input: { name: 'By socket' } },
      }),
    );
    expect((await socket.next()).at('payload.data.createProject.name')).toBe('By socket');
    expect((await socket.next()).body).toEqual({ id: 'm', type: 'complete' });
    socket.end();
  });

  it('takes credentials with the upgrade request, and those of the init before them', async ({ ocore, owner }) => {
    const emailOf = async (headers: Record<string, string>, payload?: object): Promise<unknown> => {
      const socket = new RawSocket(ocore.url, { headers });
      await socket.send({ type: 'connection_init', ...(payload ? { payload } : {}) });
      expect((await socket.next()).at('type')).toBe('connection_ack');
      await socket.send(ask('1', '{ me { email } organization { slug } }'));
      const answer = await socket.next();
      socket.end();
      return answer.at('payload.data');
    };
    const other = await ocore.owner('by-header');
    const mine = { me: { email: owner.email }, organization: { slug: owner.org } };
    expect(await emailOf(owner.headers())).toEqual(mine);
    expect(await emailOf(other.headers(), owner.headers())).toEqual(mine);
  });

  it('ends a subscription when the client completes it, and the id is free again', async ({ owner }) => {
    const socket = await connected(owner);
    await socket.send(follow('a'));
    expect((await socket.next()).at('payload.data.operationUpdated.status')).toBe('queued');
    await socket.send(follow('b'));
    expect((await socket.next()).at('id')).toBe('b');
    await socket.send({ id: 'a', type: 'complete' });
    // An answer that comes after the completion was read shows that the id is free.
    await socket.send({ type: 'ping' });
    expect((await socket.next()).at('type')).toBe('pong');
    await socket.send(follow('a'));
    expect((await socket.next()).at('id')).toBe('a');
    await socket.send(follow('b'));
    expect(await socket.closed).toBe('4409 Subscriber for b already exists');
  });

  it('says why an operation cannot run, with the request’s id and nothing of the inside', async ({ owner }) => {
    const socket = await connected(owner, { 'x-request-id': 'socket-request-1' });
    for (const [query, code] of [
      ['{', 'bad_request'],
      ['{ nothing }', 'bad_request'],
      ['subscription { operationUpdated(id: "x") { status } }', 'not_found'],
      ['query A { __typename } query B { __typename }', undefined],
    ] as const) {
      await socket.send(ask('1', query));
      const answer = await socket.next();
      expect([
        answer.at('type'),
        answer.at('payload.0.extensions.code') ?? answer.at('payload.errors.0.extensions.code'),
      ]).toEqual([expect.stringMatching(/^(error|next)$/), code ?? 'bad_request']);
      expect(JSON.stringify(answer.body)).toContain('socket-request-1');
      expect(JSON.stringify(answer.body)).not.toContain('"http"');
      if (answer.at('type') === 'next') expect((await socket.next()).at('type')).toBe('complete');
    }
    socket.end();
  });
});

describe('a socket', () => {
  it('is for our own pages and for programs only', async ({ ocore }) => {
    const from = async (origin: string): Promise<string> => {
      const socket = new RawSocket(ocore.url, { headers: { origin } });
      await socket.send({ type: 'ping' });
      const outcome = await Promise.race([
        socket.closed,
        socket.next().then(
          (answer) => answer.text('type'),
          () => socket.closed,
        ),
      ]);
      socket.end();
      return outcome;
    };
    expect([
      await from('https://evil.example'),
      await from('null'),
      await from('nonsense'),
      await from(ocore.url),
    ]).toEqual(['HTTP 403', 'HTTP 403', 'HTTP 403', 'pong']);
    // A name that points here is not ours for that: its owner may have pointed it here (DNS rebinding).
    const named = ocore.url.replace('127.0.0.1', 'rebound.example');
    const rebound = new RawSocket(ocore.url, { headers: { origin: named, host: new URL(named).host } });
    expect([await rebound.closed, JSON.parse(rebound.refusal)]).toMatchObject([
      'HTTP 403',
      {
        error: { code: 'forbidden', details: { constraint: 'origin' }, doc_url: expect.stringContaining('/forbidden') },
      },
    ]);
  });

  it('carries a bounded number of operations', async ({ owner }) => {
    const socket = await connected(owner);
    for (let index = 0; index <= 100; index += 1) await socket.send(follow(String(index)));
    const kinds = new Map<string, number>();
    for (let index = 0; index <= 100; index += 1) {
      const answer = await socket.next();
      const kind = answer.text('type');
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kind === 'error')
        expect([answer.at('payload.0.extensions.code'), answer.at('payload.0.extensions.details.limit')]).toEqual([
          'rate_limit_exceeded',
          'subscriptions',
        ]);
    }
    expect(Object.fromEntries(kinds)).toEqual({ next: 100, error: 1 });
    socket.end();
  });

  it('is one of a bounded number of its account, and of its address', async ({ ocore }) => {
    const crowd = await ocore.owner('crowd');
    const sockets = [];
    for (let index = 0; index < 20; index += 1) sockets.push(await connected(crowd));
    const one = new RawSocket(ocore.url);
    await one.send(init(crowd));
    expect(await one.closed).toMatch(/^1013 /);
    const events = await crowd.request(
      'POST',
      '/graphql',
      { query: 'subscription { operationUpdated(id: "x") { status } }' },
      { accept: 'text/event-stream' },
    );
    expect([events.status, events.headers.get('retry-after')]).toEqual([429, '5']);
    sockets.pop()?.end();
    await expect
      .poll(() =>
        connected(crowd).then(
          (socket) => sockets.push(socket),
          () => 0,
        ),
      )
      .toBe(20);
    for (let index = 0; index < 90; index += 1) sockets.push(new RawSocket(ocore.url));
    expect(await Promise.race(sockets.slice(20).map((socket) => socket.closed))).toBe('HTTP 429');
    for (const socket of sockets) socket.end();
  });

  it('and a stream of server-sent events end with their token', async () => {
    const short = await Ocore.start({ OCORE_ROLE: 'gateway', JWT_ACCESS_EXPIRY: '4s' });
    const client = await short.owner();
    const socket = await connected(client);
    const id = await operationNowhere(client, 'Waiting');
    const events = client.request(
      'POST',
      '/graphql',
      { query: `subscription { operationUpdated(id: "${id}") { status } }` },
      { accept: 'text/event-stream' },
    );
    await expect(events).rejects.toThrow('terminated');
    expect(await socket.closed).toBe(
      '4403 token_expired: The access token has expired; get a new one with the refresh token',
    );
    await short.stop();
  });

  it('is closed when it talks too much', async ({ ocore }) => {
    const socket = new RawSocket(ocore.url);
    for (let index = 0; index < 1100; index += 1) await socket.send({ type: 'ping' });
    expect(await socket.closed).toBe('1008 Too many messages');
  });
});
