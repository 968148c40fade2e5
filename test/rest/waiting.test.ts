import { afterEach, describe, expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { events } from '../kit/events.ts';
import { it } from '../kit/fixtures.ts';
import { GatewayProcess } from '../kit/gateway.ts';
import type { Ocore } from '../kit/ocore.ts';
import { operationNowhere, nowhere } from '../kit/nowhere.ts';

// Only a gateway: operations stay queued until the test ends them.
it.override('env', { OCORE_ROLE: 'gateway', STREAM_HEARTBEAT: '1s' });

let other: GatewayProcess | undefined;

afterEach(async () => {
  await other?.kill();
  other = undefined;
});

const wake = (ocore: Ocore, id: string): Promise<unknown> =>
  ocore.sql("SELECT pg_notify('ocore', json_build_object('topic', 'operation:' || $1)::text)", [id]);
const end = async (ocore: Ocore, id: string): Promise<void> => {
  await ocore.sql("UPDATE operations SET status = 'succeeded', progress = 100, finished_at = now() WHERE id = $1", [
    id,
  ]);
  await wake(ocore, id);
};
const say = async (ocore: Ocore, id: string, from: number, to: number): Promise<void> => {
  await ocore.sql(
    "INSERT INTO operation_logs (operation_id, seq, step, level, message) SELECT $1, n, 'connect', 'info', 'Line ' || n FROM generate_series($2::int, $3::int) n",
    [id, from, to],
  );
  await ocore.sql("SELECT pg_notify('ocore', json_build_object('topic', 'logs:' || $1)::text)", [id]);
};

it('knows an id in upper case: to look, to wait and to follow', async ({ ocore, owner }) => {
  const id = await operationNowhere(owner, 'Upper');
  const upper = id.toUpperCase();
  expect((await owner.get(`/operations/${upper}`)).at('id')).toBe(id);
  expect((await owner.graphql(`{ operation(id: "${upper}") { id } }`)).at('data.operation.id')).toBe(id);
  const waiting = owner.get(`/operations/${upper}?wait=60`);
  const events = owner.subscribe('subscription ($id: ID!) { operationUpdated(id: $id) { id status } }', { id: upper });
  expect((await events.next()).value?.at('data.operationUpdated.id')).toBe(id);
  const next = events.next();
  await end(ocore, id);
  expect((await next).value?.at('data.operationUpdated.status')).toBe('succeeded');
  expect((await waiting).at('status')).toBe('succeeded');
}, 30_000);

describe('accepted work', () => {
  it('is 202 with where to look and when', async ({ owner }) => {
    const answer = await owner.post('/servers', {
      name: 'Accepted',
      ...nowhere,
    });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('retry-after')]).toEqual([
      202,
      `/api/operations/${answer.text('operationId')}`,
      '2',
    ]);
    expect(answer.body).toEqual({
      id: expect.any(String),
      status: 'validating',
      message: 'Server validation in progress',
      operationId: expect.any(String),
    });
    const cancel = await owner.post(`/operations/${answer.text('operationId')}/cancel`);
    expect([cancel.status, cancel.body]).toEqual([
      202,
      {
        id: answer.text('operationId'),
        status: 'cancelled',
        message: 'Cancellation accepted',
        operationId: answer.text('operationId'),
      },
    ]);
  });
});

describe('wait', () => {
  it('answers when the operation ends, and at once when it has', async ({ ocore, owner }) => {
    const id = await operationNowhere(owner, 'Awaited');
    const waiting = owner.get(`/operations/${id}?wait=60`);
    const first = await Promise.race([
      waiting.then(() => 'answered'),
      owner.get(`/operations/${id}`).then(() => 'still waiting'),
    ]);
    expect(first).toBe('still waiting');
    await wake(ocore, id);
    await end(ocore, id);
    expect((await waiting).at('status')).toBe('succeeded');
    expect((await owner.get(`/operations/${id}?wait=60`)).at('status')).toBe('succeeded');
  });

  it('answers with what there is when the time is over, and when the gateway stops', async ({ ocore, owner }) => {
    const id = await operationNowhere(owner, 'Unfinished');
    expect((await owner.get(`/operations/${id}?wait=1`)).at('status')).toBe('queued');
    other = await GatewayProcess.start(ocore);
    const waiting = other.client(owner).get(`/operations/${id}?wait=60`);
    // Its statements show that the request has begun.
    while (
      (
        await ocore.sql(
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%operation_steps%' AND state = 'idle' AND pid <> pg_backend_pid()",
        )
      ).length === 0
    )
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    await other.kill('SIGTERM');
    expect((await waiting).at('status')).toBe('queued');
  });

  it('ends for one who loses access', async ({ ocore }) => {
    const leaver = await ocore.owner('leaver');
    const id = await operationNowhere(leaver, 'Left');
    const waiting = leaver.get(`/operations/${id}?wait=60`);
    await ocore.sql('UPDATE memberships SET role_id = NULL WHERE user_id = (SELECT id FROM users WHERE email = $1)', [
      leaver.email,
    ]);
    await end(ocore, id);
    expect((await waiting).status).toBe(403);
  });

  it.for(['61', '-1', '1.5', 'soon', ''])('must be 0 to 60: %j', async (wait, { owner }) => {
    const answer = await owner.get(`/operations/0197a1f0-0000-7000-8000-000000000000?wait=${wait}`);
    expect([answer.status, answer.at('error.details.field')]).toEqual([400, 'wait']);
  });
});

describe('the log as server-sent events', () => {
  it('is JSON unless a stream is asked for', async ({ ocore, owner }) => {
    const id = await operationNowhere(owner, 'Plain');
    await say(ocore, id, 1, 2);
    const answer = await owner.get(`/operations/${id}/logs`);
    expect([answer.headers.get('content-type'), answer.at('data.1.seq')]).toEqual([
      expect.stringContaining('application/json'),
      2,
    ]);
    expect(
      (await owner.request('GET', `/api/operations/${id}/logs`, undefined, { accept: 'text/html, */*' })).at(
        'data.1.seq',
      ),
    ).toBe(2);
  });

  it('goes on to the end, resumed without a gap or a duplicate', async ({ ocore, owner }) => {
    const id = await operationNowhere(owner, 'Streamed');
    await say(ocore, id, 1, 3);
    const seen: (string | undefined)[] = [];
    const cut = new AbortController();
    for await (const { id: seq } of events(owner, `/operations/${id}/logs`, {}, cut.signal)) {
      if (seq) seen.push(seq);
      if (seq === '2') await say(ocore, id, 4, 5);
      if (seq === '4') break;
    }
    await say(ocore, id, 6, 1200);
    for await (const { id: seq, event, data } of events(owner, `/operations/${id}/logs`, {
      'last-event-id': seen.at(-1) ?? '',
    })) {
      if (seq) seen.push(seq);
      if (seq === '1200') await end(ocore, id);
      if (seq) expect(JSON.parse(data ?? '')).toMatchObject({ seq: Number(seq), message: `Line ${seq}` });
      if (event === 'end') seen.push('end');
    }
    expect(seen).toEqual([...Array.from({ length: 1200 }, (_, index) => String(index + 1)), 'end']);
    const ended = await Array.fromAsync(events(owner, `/operations/${id}/logs`, { 'last-event-id': '1200' }));
    expect(ended.filter(({ comment }) => !comment).map(({ event }) => event)).toEqual(['end']);
  });

  it('keeps a quiet stream alive with comments', async ({ owner }) => {
    const id = await operationNowhere(owner, 'Quiet');
    let comments = 0;
    for await (const { comment } of events(owner, `/operations/${id}/logs`)) {
      if (comment) comments += 1;
      if (comments === 3) break;
    }
    expect(comments).toBe(3);
  });

  it('ends with an error for one who loses the permission', async ({ ocore }) => {
    const leaver = await ocore.owner('leaver');
    const id = await operationNowhere(leaver, 'Left');
    await say(ocore, id, 1, 1);
    const last: string[] = [];
    for await (const { id: seq, event, data } of events(leaver, `/operations/${id}/logs`)) {
      if (event) last.push(event, JSON.parse(data ?? '').error.code);
      if (seq !== '1') continue;
      await ocore.sql('UPDATE memberships SET role_id = NULL WHERE user_id = (SELECT id FROM users WHERE email = $1)', [
        leaver.email,
      ]);
      await ocore.sql(
        "SELECT pg_notify('ocore', json_build_object('topic', 'access:' || id)::text) FROM users WHERE email = $1",
        [leaver.email],
      );
    }
    expect(last).toEqual(['error', 'forbidden']);
  });

  it('ends without `end` when the gateway stops, so that the client comes again', async ({ ocore, owner }) => {
    const id = await operationNowhere(owner, 'Moved');
    await say(ocore, id, 1, 1);
    other = await GatewayProcess.start(ocore);
    const seen: (string | undefined)[] = [];
    for await (const { id: seq, event } of events(other.client(owner), `/operations/${id}/logs`)) {
      seen.push(seq ?? event);
      if (seq === '1') void other.kill('SIGTERM');
    }
    expect(seen.filter(Boolean)).toEqual(['1']);
  });

  it('refuses what is not there, not allowed or not understood, before it begins', async ({ ocore, owner }) => {
    const stranger = await ocore.owner('stranger');
    const id = await operationNowhere(owner, 'Closed');
    const read = (client: Client, headers: Record<string, string> = {}) =>
      client.request('GET', `/api/operations/${id}/logs`, undefined, { accept: 'text/event-stream', ...headers });
    expect((await read(stranger)).at('error.code')).toBe('not_found');
    const wrong = await read(owner, { 'last-event-id': 'x' });
    expect([wrong.status, wrong.at('error.details.field')]).toEqual([400, 'Last-Event-ID']);
  });
});
