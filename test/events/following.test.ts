import pg from 'pg';
import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { follow } from '../kit/following.ts';
import type { Ocore } from '../kit/ocore.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const subscription =
  'subscription ($types: [String!], $projectId: ID, $after: ID) { events(types: $types, projectId: $projectId, after: $after) { id type data resourceType resourceId resourceName actorType userName projectId requestId } }';

const names = (told: readonly Answer[]): unknown[] => told.map((event) => event.at('data.events.resourceName'));

async function newest(client: Client): Promise<string> {
  return (await client.get('/events?limit=1')).text('data.0.id');
}

/** A transaction that has written an event of a project and is still open. */
async function openTransaction(ocore: Ocore, org: string | null, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: ocore.running.databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO outbox_events (org_id, type, resource_type, resource_id, resource_name, request_id, payload)
     SELECT id, 'project.created', 'project', gen_random_uuid(), $2, 'by-hand', '{"name": "x", "slug": "x"}' FROM organizations WHERE slug = $1`,
    [org, name],
  );
  return client;
}

it('loses nothing when transactions end out of order, and tells each event once', async ({ ocore, owner }) => {
  const start = await newest(owner);
  const { told, leave } = follow(owner, subscription, { types: ['project.*'], after: start });
  const early = await openTransaction(ocore, owner.org, 'Begun first');
  await owner.post('/projects', { name: 'Ended first' });
  // It stands behind one that may still come: nobody may pass that, in the list either.
  expect((await owner.get(`/events?after_event=${start}`)).at('data')).toEqual([]);
  await early.query('COMMIT');
  await early.end();
  await owner.post('/projects', { name: 'Third' });
  await expect.poll(() => names(told), { timeout: 30_000 }).toEqual(['Begun first', 'Ended first', 'Third']);
  leave();
  const first = told[0]?.text('data.events.id');
  const again = follow(owner, subscription, { types: ['project.created'], after: first });
  await expect.poll(() => names(again.told), { timeout: 30_000 }).toEqual(['Ended first', 'Third']);
  again.leave();
  expect(told[2]?.at('data.events')).toEqual({
    id: expect.any(String),
    type: 'project.created',
    data: { name: 'Third', slug: 'third' },
    resourceType: 'project',
    resourceId: expect.any(String),
    resourceName: 'Third',
    actorType: 'user',
    userName: 'owner',
    projectId: told[2]?.at('data.events.resourceId'),
    requestId: expect.any(String),
  });
  const listed = await owner.get(`/events?after_event=${start}&sort=created_at&limit=2`);
  const rest = await owner.get(
    `/events?after_event=${start}&sort=created_at&limit=2&cursor=${listed.text('next_cursor')}`,
  );
  expect([listed.at('data.0.id'), listed.at('data.1.id'), rest.at('data.0.id'), rest.at('has_more')]).toEqual([
    ...told.map((event) => event.at('data.events.id')),
    false,
  ]);
});

it('does not wait for the next event when the open transaction writes none', async ({ ocore, owner }) => {
  const start = await newest(owner);
  const { told, leave } = follow(owner, subscription, { after: start });
  const early = await openTransaction(ocore, owner.org, 'Never there');
  await owner.post('/projects', { name: 'Held back' });
  await early.query('ROLLBACK');
  await early.end();
  await expect.poll(() => names(told), { timeout: 30_000 }).toEqual(['Held back']);
  leave();
});

it('streams over REST and resumes with Last-Event-ID', async ({ owner }) => {
  const start = await newest(owner);
  for (const name of ['One', 'Two']) await owner.post('/projects', { name });
  const read = async (lastEventId: string, count: number): Promise<{ id: string; name: string }[]> => {
    const response = await fetch(`${owner.url}/api/events?types=project.created`, {
      headers: { ...owner.headers(), accept: 'text/event-stream', 'last-event-id': lastEventId },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const found: { id: string; name: string }[] = [];
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      found.splice(
        0,
        found.length,
        ...[...text.matchAll(/^id: (\S+)\ndata: (.+)\n\n/gm)].map(([, id = '', data = '']) => ({
          id,
          name: String(JSON.parse(data).resourceName),
        })),
      );
      if (found.length >= count) break;
    }
    return found;
  };
  const both = await read(start, 2);
  expect(both.map(({ name }) => name)).toEqual(['One', 'Two']);
  expect((await read(both[0]?.id ?? '', 1)).map(({ name }) => name)).toEqual(['Two']);
  const wrong = await owner.request('GET', '/api/events', undefined, {
    accept: 'text/event-stream',
    'last-event-id': '17',
  });
  expect([wrong.status, wrong.at('error.details.field')]).toEqual([400, 'Last-Event-ID']);
});

it('tells each reader what it may see now, and of its own projects only', async ({ ocore, owner }) => {
  const start = await newest(owner);
  const project = (await owner.post('/projects', { name: 'Seen' })).text('id');
  await owner.post('/roles', { name: 'Projects', permissionIds: ['view:projects'] });
  const limited = await ocore.member(owner, 'Projects', { projectIds: [project] });
  const created = (await limited.get('/events')).text('data.0.id');
  expect((await limited.get(`/events?after_event=${start}`)).at('error.code')).toBe('cursor_expired');
  const { told, leave } = follow(limited, subscription, { after: created });
  await owner.post('/projects', { name: 'Unseen' });
  await owner.patch(`/projects/${project}`, { name: 'Seen again' });
  await expect.poll(() => names(told), { timeout: 30_000 }).toEqual(['Seen again']);
  const key = await owner.newKey(['view:members']);
  const people = await owner.withKey(key.key).get('/events');
  expect([people.at('data.0.type'), people.at('data.1.type'), people.at('data.2')]).toEqual([
    'member.joined',
    'member.invited',
    undefined,
  ]);
  // From now on a member of the whole organization, who sees other things.
  const member = await owner.memberIdOf(limited.email);
  await owner.put(`/members/${member}/role`, { roleId: await owner.roleId('Viewer') });
  await expect.poll(() => told.at(-1)?.at('data.events.type'), { timeout: 30_000 }).toBe('member.role_changed');
  await owner.patch(`/projects/${project}`, { name: 'Renamed' });
  await expect.poll(() => names(told).at(-1), { timeout: 30_000 }).toBe('Renamed');
  leave();
  const ofProject = await owner.get(`/events?project_id=${project}&types=project.*`);
  expect([ofProject.at('data.0.type'), ofProject.at('data.2.type'), ofProject.at('data.3')]).toEqual([
    'project.updated',
    'project.created',
    undefined,
  ]);
});

it('ends for who leaves the organization, and shows nothing to another one', async ({ ocore, owner }) => {
  const leaver = await ocore.member(owner, 'Viewer');
  const { ended } = follow(leaver, subscription, {});
  const stranger = await ocore.owner('stranger');
  const theirs = await stranger.get('/events');
  expect([theirs.at('data.0.type'), theirs.at('data.1')]).toEqual(['organization.created', undefined]);
  const after = await newest(owner);
  for (const answer of [
    await stranger.get(`/events?after_event=${after}`),
    await stranger.request('GET', '/api/events', undefined, { accept: 'text/event-stream', 'last-event-id': after }),
  ])
    expect([answer.status, answer.at('error.code')]).toEqual([410, 'cursor_expired']);
  await owner.delete(`/members/${await owner.memberIdOf(leaver.email)}`);
  await ended;
});

it('says which event is no longer kept, and which types there are not', async ({ ocore, owner }) => {
  await owner.post('/projects', { name: 'Long ago' });
  const id = await newest(owner);
  await ocore.sql('DELETE FROM outbox_events WHERE event_id = $1', [id]);
  const list = await owner.get(`/events?after_event=${id}`);
  expect([list.status, list.at('error.code'), list.at('error.details')]).toEqual([
    410,
    'cursor_expired',
    { field: 'after_event', constraint: 'kept', days: 30 },
  ]);
  const { told, ended } = follow(owner, subscription, { after: id });
  await ended;
  expect(told[0]?.at('errors.0.extensions.code')).toBe('cursor_expired');
  const unknown = await owner.get('/events?types=project.created,nothing.*');
  expect([unknown.status, unknown.at('error.details.errors.0.field'), unknown.at('error.details.errors.1')]).toEqual([
    400,
    'types',
    undefined,
  ]);
});
