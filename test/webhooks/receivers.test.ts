import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { Receiver } from '../kit/receiver.ts';
import { deliveries, hoursPass, it, newEndpoint } from './fixtures.ts';

const rename = (owner: Client, project: string, name: string) => owner.patch(`/projects/${project}`, { name });

it('tries again with the same webhook-id until it is given up, and can be replayed', async ({
  ocore,
  owner,
  receiver,
}) => {
  const endpoint = await newEndpoint(owner, receiver, { events: ['project.created'] });
  await expect.poll(() => receiver.received.length).toBe(1);
  receiver.answer = (response) => response.writeHead(500, { 'retry-after': '7000' }).end('no\u0000t now');
  await owner.post('/projects', { name: 'Refused' });
  const first = async () => (await deliveries(owner, endpoint, '?event_type=project.created')).at('data.0');
  // Seconds from the last attempt to the next one: at least as the receiver asks, with at most a tenth on top.
  const delays: number[] = [];
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    await expect.poll(first).toMatchObject({ attemptCount: attempt });
    const [row] = await ocore.sql<{ delay: number | null }>(
      "SELECT extract(epoch FROM next_attempt_at - (attempts->-1->>'at')::timestamptz)::float8 AS delay FROM webhook_deliveries WHERE event_type = 'project.created'",
    );
    if (row?.delay) delays.push(row.delay);
    await hoursPass(ocore);
  }
  const schedule = [7000, 7000, 7000, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
  expect(
    delays.map((delay, index) => delay >= (schedule[index] ?? 0) && delay < (schedule[index] ?? 0) * 1.1 + 60),
  ).toEqual(schedule.map(() => true));
  await expect.poll(first).toMatchObject({ status: 'failed', attemptCount: 10, nextAttemptAt: null });
  const ids = new Set(receiver.received.slice(1).map(({ headers }) => headers['webhook-id']));
  expect([ids.size, receiver.received.length]).toEqual([1, 11]);
  const failed = await deliveries(owner, endpoint, '?status=failed');
  expect(failed.at('data.0.attempts.9')).toMatchObject({
    status: 500,
    responseBody: 'no\ufffdt now',
    responseHeaders: { 'retry-after': '7000' },
  });
  receiver.answer = (response) => response.end('ok');
  const replayed = await owner.post(`/webhook-deliveries/${failed.text('data.0.id')}/replay`);
  expect([replayed.status, replayed.at('message')]).toEqual([200, 'The delivery is sent again']);
  await expect.poll(first).toMatchObject({ status: 'succeeded', attemptCount: 11 });
  expect(receiver.received.at(-1)?.headers['webhook-id']).toBe([...ids][0]);
});

it('replays all that failed since a time, in order', async ({ owner, receiver }) => {
  const endpoint = await newEndpoint(owner, receiver, { events: ['project.created'] });
  await expect.poll(() => receiver.received.length).toBe(1);
  receiver.answer = (response) => response.writeHead(503).end();
  const since = new Date().toISOString();
  for (const name of ['A', 'B', 'C']) await owner.post('/projects', { name });
  await expect.poll(() => receiver.received.length).toBe(4);
  await owner.patch(`/webhook-endpoints/${endpoint.text('id')}`, { active: false });
  const refused = await owner.post(`/webhook-endpoints/${endpoint.text('id')}/replay`, { since });
  expect([refused.status, refused.at('error.code')]).toEqual([409, 'invalid_state']);
  const tested = await owner.post(`/webhook-endpoints/${endpoint.text('id')}/test`);
  expect([tested.status, tested.at('error.code')]).toEqual([409, 'invalid_state']);
  await owner.post('/projects', { name: 'While inactive' });
  const failed = await deliveries(owner, endpoint, '?status=failed');
  expect([failed.at('data.2.status'), failed.at('data.3')]).toEqual(['failed', undefined]);
  await owner.patch(`/webhook-endpoints/${endpoint.text('id')}`, { active: true });
  receiver.answer = (response) => response.end('ok');
  const later = await owner.post(`/webhook-endpoints/${endpoint.text('id')}/replay`, {
    since: new Date(Date.now() + 60_000).toISOString(),
  });
  expect([later.status, later.at('deliveries')]).toEqual([200, 0]);
  expect((await owner.post(`/webhook-endpoints/${endpoint.text('id')}/replay`, { since })).at('deliveries')).toBe(3);
  await expect.poll(() => receiver.names('project.created').slice(3).sort()).toEqual(['A', 'B', 'C']);
});

it('disables an endpoint that is gone at once, and tells its creator', async ({ ocore, owner, receiver }) => {
  const endpoint = await newEndpoint(owner, receiver, { description: 'The chat' });
  await expect.poll(() => receiver.received.length).toBe(1);
  receiver.answer = (response) => response.writeHead(410).end();
  const project = (await owner.post('/projects', { name: 'Gone' })).text('id');
  for (const name of ['One', 'Two']) await rename(owner, project, name);
  const shown = async () => (await owner.get(`/webhook-endpoints/${endpoint.text('id')}`)).body;
  await expect.poll(shown).toMatchObject({ active: false, disabledReason: 'gone' });
  expect(receiver.received.length).toBe(2);
  await expect.poll(async () => (await deliveries(owner, endpoint, '?status=pending')).at('data')).toEqual([]);
  const letter = await ocore.letterTo(owner.email);
  expect(letter).toContain('410 Gone');
  expect(letter).toContain('“The chat”');
  expect(letter).not.toContain('/hook');
  expect((await owner.get('/events?types=webhook_endpoint.disabled&limit=1')).at('data.0')).toMatchObject({
    resourceId: endpoint.text('id'),
    actorType: 'system',
    data: { reason: 'gone' },
  });
});

it('disables an endpoint after five days of nothing but failures', async ({ ocore, owner, receiver }) => {
  const id = (await newEndpoint(owner, receiver)).text('id');
  await expect.poll(() => receiver.received.length).toBe(1);
  receiver.answer = (response) => response.writeHead(500).end();
  await owner.post('/projects', { name: 'Failing' });
  const shown = async () => (await owner.get(`/webhook-endpoints/${id}`)).body;
  await expect.poll(shown).toMatchObject({ active: true, failingSince: expect.any(String) });
  receiver.answer = (response) => response.end();
  await hoursPass(ocore);
  await expect.poll(shown).toMatchObject({ active: true, failingSince: null });
  receiver.answer = (response) => response.writeHead(500).end();
  await owner.post('/projects', { name: 'Failing again' });
  await expect.poll(shown).toMatchObject({ active: true, failingSince: expect.any(String) });
  await ocore.sql("UPDATE webhook_endpoints SET failing_since = now() - interval '121 hours' WHERE id = $1", [id]);
  await hoursPass(ocore);
  await expect.poll(shown).toMatchObject({ active: false, disabledReason: 'failing' });
  expect(await ocore.letterTo(owner.email)).toContain('nothing but failures came from it for 5 days');
  await owner.patch(`/webhook-endpoints/${id}`, { active: true });
  expect(await shown()).toMatchObject({ active: true, disabledReason: null, failingSince: null });
});

it('is never delayed, nor led astray, by receivers that are slow, hang, reset, redirect or talk', async ({
  owner,
  receiver,
}) => {
  const project = (await owner.post('/projects', { name: 'Everybody' })).text('id');
  const elsewhere = await Receiver.start();
  const odd = {
    hangs: () => {},
    drips: (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 100);
      response.on('close', () => clearInterval(timer));
    },
    resets: (response) => response.socket?.destroy(),
    redirects: (response) => response.writeHead(301, { location: elsewhere.url }).end('there'),
    busy: (response) => response.writeHead(429, { 'retry-after': '120', 'set-cookie': 'a=b' }).end('later'),
    talks: (response) => {
      response.writeHead(500);
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (left: number): void => {
        if (left > 0) response.write(chunk, () => more(left - 1));
        else response.end();
      };
      more(160);
    },
    refuses: (response) => response.end(),
  } satisfies Record<string, Receiver['answer']>;
  const stage = await Promise.all(
    Object.entries(odd).map(async ([name, answer]) => {
      const other = await Receiver.start();
      other.answer = answer;
      const endpoint = await newEndpoint(owner, other, { events: ['project.updated'] });
      if (name === 'refuses') await other.stop();
      return [name, other, endpoint] as const;
    }),
  );
  const healthy = await newEndpoint(owner, receiver, { events: ['project.updated'] });
  const names = Array.from({ length: 30 }, (_value, index) => `Name ${index}`);
  for (const name of names) await rename(owner, project, name);
  await expect.poll(() => receiver.names('project.updated')).toEqual(names);
  expect((await deliveries(owner, healthy, '?status=failed')).at('data')).toEqual([]);
  const outcomes = await Promise.all(
    stage.map(async ([name, , endpoint]) => {
      // The second attempt may have been made by then.
      const counts = async () =>
        JSON.stringify((await deliveries(owner, endpoint, '?event_type=project.updated&limit=100')).body);
      await expect.poll(counts).toMatch(/"attemptCount":[1-9]/);
      const all = (await deliveries(owner, endpoint, '?event_type=project.updated&limit=100')).body;
      return [name, JSON.stringify(all)] as const;
    }),
  );
  const of = Object.fromEntries(outcomes);
  expect(of['hangs']).toContain('within 1 seconds');
  expect(of['drips']).toContain('"status":"succeeded"');
  expect(of['resets']).toMatch(/other side closed|ECONNRESET|UND_ERR_SOCKET/);
  expect(of['redirects']).toContain('"status":301');
  expect(of['busy']).toContain('"responseBody":"later"');
  expect(of['busy']).not.toContain('a=b');
  expect(of['talks']).toContain(`"responseBody":"${'x'.repeat(4096)}"`);
  expect(of['refuses']).toContain('ECONNREFUSED');
  expect(elsewhere.received).toEqual([]);
  await Promise.all([elsewhere, ...stage.map(([, other]) => other)].map((other) => other.stop()));
});
