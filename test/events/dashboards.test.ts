import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { follow } from '../kit/following.ts';
import { addProject } from '../kit/two-orgs.ts';
import { nowhere } from '../kit/nowhere.ts';

// Nobody works: operations stay queued, and rows change when somebody here changes them.
it.override('env', { OCORE_ROLE: 'gateway' });

const instances =
  'subscription ($projectId: ID, $after: ID) { instancesUpdated(projectId: $projectId, after: $after) { change instanceId instance { name status } } }';
const newest = async (client: Client): Promise<string> => (await client.get('/events?limit=1')).text('data.0.id');

it('tells of every instance that changes: new, in a burst, after a break, and gone', async ({ ocore, owner }) => {
  const server = (await owner.post('/servers', { name: 'Busy', ...nowhere })).text('id');
  const start = await newest(owner);
  const stranger = await ocore.owner('stranger');
  const foreign = follow(stranger, instances, { after: await newest(stranger) });
  const first = follow(owner, instances, { after: start });
  const seen = () => first.told.map((event) => event.at('data.instancesUpdated.instance.name'));
  const own = await addProject(ocore, owner, 'own', server);
  const id = own['instance'] ?? '';
  await expect.poll(() => seen().at(-1), { timeout: 30_000 }).toBe('own instance');
  expect(first.told[0]?.at('data.instancesUpdated')).toMatchObject({
    change: expect.stringMatching(/created|updated/),
    instanceId: id,
  });

  const before = first.told.length;
  await Promise.all(
    Array.from({ length: 10 }, (_none, index) => owner.patch(`/instances/${id}`, { name: `Burst ${index}` })),
  );
  const last = (await owner.get(`/instances/${id}`)).text('name');
  await expect.poll(() => seen().at(-1), { timeout: 30_000 }).toBe(last);
  expect(first.told.length - before).toBeLessThanOrEqual(10);

  // While nobody is connected.
  first.leave();
  const gone = await newest(owner);
  await owner.patch(`/instances/${id}`, { name: 'Meanwhile' });
  const other = await addProject(ocore, owner, 'other', server);
  const back = follow(owner, instances, { after: gone });
  const ofProject = follow(owner, instances, { after: gone, projectId: own['project'] });
  await expect
    .poll(() => back.told.map((event) => event.at('data.instancesUpdated.instance.name')).sort(), { timeout: 30_000 })
    .toEqual(['Meanwhile', 'other instance']);

  // The worker would do this, and would record it.
  await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [id]);
  await ocore.sql(
    "SELECT pg_notify('ocore', json_build_object('topic', 'org:' || org_id || ':instances', 'id', id)::text) FROM instances WHERE id = $1",
    [id],
  );
  const deleted = { change: 'deleted', instanceId: id, instance: null };
  await expect.poll(() => back.told.at(-1)?.at('data.instancesUpdated'), { timeout: 30_000 }).toEqual(deleted);
  await expect.poll(() => ofProject.told.at(-1)?.at('data.instancesUpdated'), { timeout: 30_000 }).toEqual(deleted);
  expect(ofProject.told.some((event) => event.at('data.instancesUpdated.instanceId') === other['instance'])).toBe(
    false,
  );
  expect(foreign.told).toEqual([]);
  for (const { leave } of [back, ofProject, foreign]) leave();
});

it('tells of servers and operations, over server-sent events too', async ({ owner }) => {
  const after = await newest(owner);
  const { told, leave } = follow(
    owner,
    'subscription ($after: ID) { operationsUpdated(after: $after) { change operation { kind status } } }',
    { after },
  );
  const created = await owner.post('/servers', { name: 'Told', ...nowhere });
  await expect
    .poll(() => told.some((event) => event.at('data.operationsUpdated.operation.kind') === 'server.validate'), {
      timeout: 30_000,
    })
    .toBe(true);
  await owner.post(`/operations/${created.text('operationId')}/cancel`);
  await expect
    .poll(() => told.at(-1)?.at('data.operationsUpdated.operation.status'), { timeout: 30_000 })
    .toBe('cancelled');
  leave();
  const response = await fetch(`${owner.url}/graphql`, {
    method: 'POST',
    headers: { ...owner.headers(), accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'subscription ($after: ID) { serversUpdated(after: $after) { change serverId server { name } } }',
      variables: { after },
    }),
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('"Told"')) break;
  }
  expect(text).toContain(created.text('id'));
});
