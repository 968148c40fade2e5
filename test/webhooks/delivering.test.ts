import { Webhook } from 'standardwebhooks';
import { createPublicKey, verify } from 'node:crypto';
import { expect } from 'vitest';
import { signed } from '../../src/standard-webhooks.ts';
import { signerOf } from '../../src/webhooks/keys.ts';
import { deliveries, it, newEndpoint } from './fixtures.ts';

it('signs as the published vector of Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const at = 1614265330 * 1000;
  expect(
    signed([signerOf({ secret, privateKey: null })], 'msg_p5jXN8AQM9LWM0D4loKWxJek', at, '{"test": 2432232314}'),
  ).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('sends a test at creation and then the events that are asked for, signed', async ({ owner, receiver }) => {
  const endpoint = await newEndpoint(owner, receiver, { events: ['project.created', 'registry.*'] });
  const webhook = new Webhook(endpoint.text('signingSecret'));
  await owner.post('/projects', { name: 'Told' });
  const project = (await owner.post('/projects', { name: 'Also told' })).text('id');
  await owner.patch(`/projects/${project}`, { name: 'Not told' });
  await owner.post('/registries', { host: 'told.example.com', username: 'a', password: 'b' });
  await expect
    .poll(() => receiver.events.map(({ type }) => type).sort())
    .toEqual(['project.created', 'project.created', 'registry.created', 'webhook_endpoint.tested']);
  for (const { body, headers } of receiver.received) expect(webhook.verify(body, headers)).toEqual(JSON.parse(body));
  const [told] = receiver.events.filter(({ data }) => data.resourceName === 'Told');
  const event = await owner.get(`/events?types=project.created&limit=2`);
  expect(told).toEqual({
    type: 'project.created',
    timestamp: event.at('data.1.createdAt'),
    data: event.at('data.1'),
  });
  const list = await deliveries(owner, endpoint, '?event_type=project.created&limit=1');
  expect(list.at('data.0')).toMatchObject({
    status: 'succeeded',
    webhookId: `msg_${list.text('data.0.id')}`,
    attemptCount: 1,
    requestBody: receiver.received.find(({ body }) => body.includes('Also told'))?.body,
    attempts: [{ status: 200, responseBody: 'ok', error: null, durationMs: expect.any(Number) }],
  });
  expect(endpoint.at('secret')).toBe(true);
  expect((await owner.get(`/webhook-endpoints/${endpoint.text('id')}`)).body).not.toHaveProperty('signingSecret');
});

it('rotates its keys: for a day both sign', async ({ ocore, owner, receiver }) => {
  const endpoint = await newEndpoint(owner, receiver, { asymmetric: true });
  const id = endpoint.text('id');
  const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const rotated = await owner.post(`/webhook-endpoints/${id}/rotate-secret`, { secret: own });
  expect(rotated.at('signingSecret')).toBe(own);
  const hours = (Date.parse(rotated.text('previousSecretExpiresAt')) - Date.now()) / 3600_000;
  expect(Math.round(hours)).toBe(24);
  await owner.post(`/webhook-endpoints/${id}/test`);
  await expect.poll(() => receiver.received.length).toBe(2);
  const [, second] = receiver.received;
  if (!second) throw new Error('No second request');
  for (const secret of [own, endpoint.text('signingSecret')]) new Webhook(secret).verify(second.body, second.headers);
  const signatures = second.headers['webhook-signature']?.split(' ') ?? [];
  expect(signatures.map((signature) => signature.split(',')[0])).toEqual(['v1', 'v1a', 'v1', 'v1a']);
  const content = `${second.headers['webhook-id']}.${second.headers['webhook-timestamp']}.${second.body}`;
  const verifies = (publicKey: string, signature = ''): boolean => {
    const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, Buffer.from(content), key, Buffer.from(signature.replace('v1a,', ''), 'base64'));
  };
  expect([
    verifies(rotated.text('publicKey'), signatures[1]),
    verifies(endpoint.text('publicKey'), signatures[3]),
    verifies(rotated.text('publicKey'), signatures[3]),
  ]).toEqual([true, true, false]);
  // A day later.
  await ocore.sql(`UPDATE webhook_endpoints SET previous_expires_at = now() WHERE id = $1`, [id]);
  await owner.patch(`/webhook-endpoints/${id}`, { description: 'A day later' });
  await owner.post(`/webhook-endpoints/${id}/test`);
  await expect.poll(() => receiver.received.length).toBe(3);
  expect(receiver.received[2]?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
});

it('tells of its projects only, and in the words of chats', async ({ owner, receiver }) => {
  const project = (await owner.post('/projects', { name: 'Seen' })).text('id');
  const chats = { projectIds: [project], events: ['project.*', 'environment.*'] };
  for (const format of ['slack', 'discord', 'teams']) await newEndpoint(owner, receiver, { ...chats, format });
  await owner.post('/projects', { name: 'Elsewhere' });
  await owner.patch(`/projects/${project}`, { name: '<@everyone> *bold*' });
  await expect.poll(() => receiver.received.length).toBe(6);
  const told = receiver.received.map(({ body }) => body).filter((body) => body.includes('project.updated'));
  expect(told.map((body) => JSON.parse(body)).sort((a, b) => Object.keys(b).length - Object.keys(a).length)).toEqual(
    expect.arrayContaining([
      { text: expect.stringContaining('project.updated: &lt;@everyone&gt; *bold* (by owner)') },
      { content: expect.stringContaining('\\<\\@everyone\\> \\*bold\\*'), allowed_mentions: { parse: [] } },
      expect.objectContaining({
        type: 'message',
        attachments: [expect.objectContaining({ contentType: 'application/vnd.microsoft.card.adaptive' })],
      }),
    ]),
  );
});

it('keeps the order of each resource, whatever happens to its deliveries', async ({ owner, receiver }) => {
  const project = (await owner.post('/projects', { name: 'Ordered' })).text('id');
  await newEndpoint(owner, receiver);
  let asked = 0;
  receiver.answer = (response) => {
    asked += 1;
    setTimeout(() => response.end('ok'), (asked * 37) % 50);
  };
  const names = Array.from({ length: 40 }, (_value, index) => `Name ${index}`);
  for (const name of names) await owner.patch(`/projects/${project}`, { name });
  await expect.poll(() => receiver.names('project.updated')).toEqual(names);
});
