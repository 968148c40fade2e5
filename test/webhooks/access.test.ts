import { expect } from 'vitest';
import type { Answer } from '../kit/client.ts';
import { deliveries, it, newEndpoint } from './fixtures.ts';

const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field') ?? answer.at('error.details.missing'),
];
const hook = { url: 'https://hooks.example.com/secret/path?token=1' };

it('tells through an endpoint only what its creator sees', async ({ ocore, owner }) => {
  await owner.post('/roles', { name: 'Hooks', permissionIds: ['manage:webhooks', 'view:projects'] });
  const hooks = await ocore.member(owner, 'Hooks');
  const named = await hooks.post('/webhook-endpoints', { ...hook, events: ['project.created', 'server.created'] });
  expect(refusal(named)).toEqual([403, 'forbidden', ['view:servers']]);
  const family = await hooks.post('/webhook-endpoints', { ...hook, events: ['server.*'] });
  expect(refusal(family)).toEqual([403, 'forbidden', ['view:servers']]);
  const all = await hooks.post('/webhook-endpoints', { ...hook, events: ['*'] });
  expect([all.status, all.at('permissions')]).toEqual([201, ['view:projects', 'view:webhooks']]);
  const unknown = await hooks.post('/webhook-endpoints', { ...hook, events: ['project.created', 'nothing.*'] });
  expect(refusal(unknown)).toEqual([400, 'validation_error', 'events']);
  const elsewhere = await owner.post('/webhook-endpoints', { ...hook, events: ['*'], projectIds: [all.text('id')] });
  expect([elsewhere.status, elsewhere.at('error.details.resource')]).toEqual([404, 'project']);
  // What tells more than they see they cannot point at themselves.
  const more = (await newEndpoint(owner, { url: 'https://hooks.example.com/' }, { events: ['*'] })).text('id');
  const missing = expect.arrayContaining(['view:servers', 'view:members']);
  expect(refusal(await hooks.patch(`/webhook-endpoints/${more}`, hook))).toEqual([403, 'forbidden', missing]);
  expect(refusal(await hooks.post(`/webhook-endpoints/${more}/rotate-secret`, {}))).toEqual([
    403,
    'forbidden',
    missing,
  ]);
  expect((await hooks.patch(`/webhook-endpoints/${all.text('id')}`, { description: 'Mine' })).status).toBe(200);
});

it('tells of single projects what is seen there', async ({ ocore, owner }) => {
  const [one, two] = [
    (await owner.post('/projects', { name: 'One' })).text('id'),
    (await owner.post('/projects', { name: 'Two' })).text('id'),
  ];
  await owner.post('/roles', { name: 'Only hooks', permissionIds: ['manage:webhooks'] });
  const hooks = await ocore.member(owner, 'Only hooks');
  await owner.post(`/members/${await owner.memberIdOf(hooks.email)}/assignments`, {
    roleId: await owner.roleId('Developer'),
    projectId: one,
  });
  const input = { ...hook, events: ['environment.*'] };
  expect((await hooks.post('/webhook-endpoints', { ...input, projectIds: [one] })).status).toBe(201);
  expect((await hooks.post('/webhook-endpoints', { ...input, projectIds: [one, two] })).at('error.code')).toBe(
    'forbidden',
  );
  expect((await hooks.post('/webhook-endpoints', input)).at('error.code')).toBe('forbidden');
});

it('shows the path of a URL and the content of deliveries only to whom they are for', async ({
  ocore,
  owner,
  receiver,
}) => {
  const endpoint = await newEndpoint(owner, receiver, { events: ['project.created'] });
  receiver.answer = (response, { body }) => response.end(body);
  await owner.post('/projects', { name: 'Hidden name' });
  await expect.poll(async () => (await deliveries(owner, endpoint)).at('data.0.status')).toBe('succeeded');
  await owner.post('/roles', { name: 'Sees hooks', permissionIds: ['view:webhooks'] });
  const seeing = await ocore.member(owner, 'Sees hooks');
  const shown = await seeing.get(`/webhook-endpoints/${endpoint.text('id')}`);
  expect(shown.at('url')).toBe(`https://127.0.0.1:${receiver.port}/…`);
  const list = await deliveries(seeing, endpoint);
  expect(list.at('data.0')).toMatchObject({
    eventType: 'project.created',
    requestBody: null,
    attempts: [{ status: 200, responseBody: null, responseHeaders: null }],
  });
  expect(JSON.stringify(list.body)).not.toContain('Hidden name');
  expect(list.at('data.1.requestBody')).toContain('webhook_endpoint.tested');
  for (const answer of [
    await seeing.post(`/webhook-endpoints/${endpoint.text('id')}/test`),
    await seeing.post(`/webhook-deliveries/${list.text('data.0.id')}/replay`),
  ])
    expect([answer.status, answer.at('error.code')]).toEqual([403, 'forbidden']);
  const recorded = await owner.get('/audit-logs?action=webhook_endpoint.*');
  expect(JSON.stringify(recorded.body)).not.toContain('/hook');
});

it('is nothing for another organization, and goes with its own', async ({ ocore, owner, receiver }) => {
  const endpoint = await newEndpoint(owner, receiver);
  await expect.poll(async () => (await deliveries(owner, endpoint)).at('data.0.status')).toBe('succeeded');
  const delivery = (await deliveries(owner, endpoint)).text('data.0.id');
  const stranger = await ocore.owner('stranger');
  for (const answer of [
    await stranger.get(`/webhook-endpoints/${endpoint.text('id')}`),
    await stranger.get(`/webhook-endpoints/${endpoint.text('id')}/deliveries`),
    await stranger.get(`/webhook-deliveries/${delivery}`),
    await stranger.post(`/webhook-deliveries/${delivery}/replay`),
    await stranger.delete(`/webhook-endpoints/${endpoint.text('id')}`),
  ])
    expect([answer.status, answer.at('error.code')]).toEqual([404, 'not_found']);
  await ocore.sql(
    'DELETE FROM outbox_events WHERE event_id IN (SELECT event_id FROM webhook_deliveries WHERE id = $1)',
    [delivery],
  );
  const old = await owner.post(`/webhook-deliveries/${delivery}/replay`);
  expect([old.status, old.at('error.code'), old.at('error.details.constraint')]).toEqual([
    422,
    'unprocessable',
    'kept',
  ]);
  await owner.delete(`/webhook-endpoints/${endpoint.text('id')}`);
  expect((await owner.get(`/webhook-deliveries/${delivery}`)).status).toBe(404);
  await owner.post('/projects', { name: 'After' });
  const next = await newEndpoint(owner, receiver, { secret: `whsec_${Buffer.alloc(23).toString('base64')}` }).catch(
    String,
  );
  expect(next).toContain('24 to 64 random bytes');
});

it('has up to 100 endpoints', async ({ ocore }) => {
  const owner = await ocore.owner('many');
  await newEndpoint(owner, hook);
  await ocore.sql(
    `INSERT INTO webhook_endpoints SELECT copy.* FROM webhook_endpoints e, generate_series(1, 99) n, jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'description', n::text)) copy WHERE e.org_id = (SELECT id FROM organizations WHERE slug = $1)`,
    [owner.org],
  );
  const one = await owner.post('/webhook-endpoints', { ...hook, events: ['*'] });
  expect([one.status, one.at('error.code'), one.at('error.details.maximum')]).toEqual([409, 'conflict', 100]);
});
