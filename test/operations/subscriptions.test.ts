import { inspect } from 'node:util';
import { createClient } from 'graphql-ws';
import { expect } from 'vitest';
import WebSocket from 'ws';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { operationNowhere } from '../kit/nowhere.ts';

let ocore: Ocore;
let owner: Client;

it.beforeAll(({ ocore: started, owner: first }) => {
  ocore = started;
  owner = first;
});

/** One of a server that answered at its address before: the worker tries for a while and says so, line by line. */
async function retryingOperation(name: string): Promise<string> {
  const first = await owner.finished(await operationNowhere(owner, name));
  const [server] = await ocore.sql<{ id: string }>(
    "UPDATE servers SET validated_address = '127.0.0.1', host_key_fingerprint = 'SHA256:known' WHERE name = $1 RETURNING id",
    [name],
  );
  expect(first.at('data.operationUpdated.status')).toBe('failed');
  return (await owner.post(`/servers/${server?.id}/validate`)).text('operationId');
}

/** The reason for which the server ends a socket that watches the operation. */
function closeOf(client: Client, operationId: string, connected: () => void = () => {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = createClient({
      url: `${client.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: () => {},
      connectionParams: { authorization: `Bearer ${client.token ?? ''}`, 'x-org-slug': client.org ?? '' },
    });
    socket.on('connected', connected);
    socket.on('closed', (event) => {
      if (event instanceof Object && 'code' in event) resolve(Number(event.code));
    });
    socket.subscribe(
      { query: 'subscription ($id: ID!) { operationUpdated(id: $id) { status } }', variables: { id: operationId } },
      { next: () => {}, error: () => {}, complete: () => {} },
    );
  });
}

it('shows an operation over server-sent events to its end', async () => {
  const id = await operationNowhere(owner, 'By SSE');
  const response = await fetch(`${owner.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${owner.token ?? ''}`,
      'x-org-slug': owner.org ?? '',
    },
    body: JSON.stringify({
      query: 'subscription ($id: ID!) { operationUpdated(id: $id) { status progress } }',
      variables: { id },
    }),
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const text = await response.text();
  const statuses = [...text.matchAll(/"status":"(\w+)"/g)].map((match) => match[1]);
  expect(statuses.at(-1)).toBe('failed');
  expect(statuses).toContain('running');
  expect(text).toContain('event: complete');
}, 60_000);

it('resumes the log where a client left it, without a gap or a duplicate', async () => {
  const id = await retryingOperation('Resumed');
  const query = 'subscription ($id: ID!, $after: Int) { operationLogs(id: $id, after: $after) { seq message } }';
  const seen: unknown[] = [];
  for await (const event of owner.subscribe(query, { id, after: 0 })) {
    seen.push(event.at('data.operationLogs.seq'));
    if (seen.length === 2) break;
  }
  for await (const event of owner.subscribe(query, { id, after: 2 })) seen.push(event.at('data.operationLogs.seq'));
  expect(seen.length).toBeGreaterThan(3);
  expect(seen).toEqual(seen.map((_value, index) => index + 1));
  expect((await owner.get(`/operations/${id}/logs?after=2`)).at('data.0.seq')).toBe(3);
}, 120_000);

it('does not show an operation to another organization', async () => {
  const id = await operationNowhere(owner, 'Hidden');
  const stranger = await ocore.owner('stranger');
  const events: Answer[] = [];
  for await (const event of stranger.subscribe('subscription ($id: ID!) { operationUpdated(id: $id) { status } }', {
    id,
  }))
    events.push(event);
  expect(events.map((event) => event.at('errors.0.extensions.code'))).toEqual(['not_found']);
});

it('stops telling a subscriber who lost the permission', async () => {
  const id = await operationNowhere(owner, 'Lost');
  let told = 0;
  const listen = async (): Promise<void> => {
    for await (const _event of owner.subscribe('subscription ($id: ID!) { operationUpdated(id: $id) { status } }', {
      id,
    })) {
      told += 1;
      if (told > 1) continue;
      await ocore.sql('UPDATE memberships SET role_id = NULL WHERE user_id = (SELECT id FROM users WHERE email = $1)', [
        owner.email,
      ]);
      await ocore.sql(
        "SELECT pg_notify('ocore', json_build_object('topic', 'access:' || id)::text) FROM users WHERE email = $1",
        [owner.email],
      );
    }
  };
  expect(inspect(await listen().catch((error: unknown) => error))).toContain(
    'This needs the permission view:operations',
  );
  expect(told).toBeGreaterThan(0);
  owner = await ocore.owner();
});

it('closes the socket at once after a logout', async () => {
  const leaver = await ocore.owner('leaver');
  const id = await operationNowhere(leaver, 'Left');
  expect(await closeOf(leaver, id, () => void leaver.post('/auth/logout'))).toBe(4403);
});

it('closes the socket when the access token ends', async () => {
  const short = await Ocore.start({ JWT_ACCESS_EXPIRY: '3s' });
  try {
    const expiring = await short.owner('expiring');
    const other = await operationNowhere(expiring, 'Expired');
    expect(await closeOf(expiring, other)).toBe(4403);
  } finally {
    await short.stop();
  }
}, 60_000);
