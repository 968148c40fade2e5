import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { nowhere } from '../kit/nowhere.ts';

const unknownId = '0197a1f0-0000-7000-8000-000000000000';

// Without a worker the servers stay as they are.
it.override('env', { OCORE_ROLE: 'gateway' });

let shop: { project: string; environment: string };
let lab: { project: string; environment: string };
/** Open to the shop, to the lab, and to no project. */
let forShop: string;
let forLab: string;
let closed: string;

async function project(owner: Client, name: string) {
  const id = (await owner.post('/projects', { name })).text('id');
  return {
    project: id,
    environment: (await owner.post('/environments', { projectId: id, name: 'dev', type: 'development' })).text('id'),
  };
}

async function server(ocore: Ocore, owner: Client, name: string): Promise<string> {
  const id = (
    await owner.post('/servers', {
      name,
      ...nowhere,
    })
  ).text('id');
  await ocore.sql("UPDATE servers SET status = 'active' WHERE id = $1", [id]);
  return id;
}

it.beforeAll(async ({ ocore, owner }) => {
  [shop, lab] = [await project(owner, 'Shop'), await project(owner, 'Lab')];
  [forShop, forLab, closed] = [
    await server(ocore, owner, 'for shop'),
    await server(ocore, owner, 'for lab'),
    await server(ocore, owner, 'closed'),
  ];
  for (const [id, projectId] of [
    [forShop, shop.project],
    [forLab, lab.project],
  ]) {
    const answer = await owner.put(`/servers/${id}/projects`, { projectIds: [projectId] });
    expect([answer.status, answer.at('projectIds')]).toEqual([200, [projectId]]);
  }
});

let count = 0;
function create(client: Client, serverId: string, environmentId: string): Promise<Answer> {
  count += 1;
  return client.post('/instances', {
    name: `Instance ${count}`,
    serverId,
    environmentId,
    adminEmail: 'admin@example.com',
  });
}
const outcome = (answer: Answer) => [answer.status, answer.at('error.code') ?? null];

async function createByGraphql(client: Client, serverId: string, environmentId: string): Promise<unknown> {
  count += 1;
  const input = { name: `Instance ${count}`, serverId, environmentId, adminEmail: 'admin@example.com' };
  const answer = await client.graphql(
    'mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { instance { server { id projectIds } } } }',
    { input },
  );
  return answer.at('errors.0.extensions.code') ?? answer.at('data.createInstance.instance.server');
}

it('lets a member of one project put instances only on the servers that are open to it', async ({ ocore, owner }) => {
  const member = await ocore.member(owner, 'Developer', { projectIds: [shop.project] });
  expect(outcome(await create(member, forShop, shop.environment))).toEqual([202, null]);
  expect(await createByGraphql(member, forShop, shop.environment)).toEqual({ id: forShop, projectIds: [shop.project] });
  for (const other of [forLab, closed, unknownId, 'no id']) {
    expect(outcome(await create(member, other, shop.environment))).toEqual([404, 'not_found']);
    expect(await createByGraphql(member, other, shop.environment)).toBe('not_found');
  }
  // The organization's own people choose any.
  for (const any of [forShop, forLab, closed])
    expect(outcome(await create(owner, any, shop.environment))).toEqual([202, null]);
});

it('lets a key for one project do so, whoever made it', async ({ owner }) => {
  const { key } = await owner.newKey(['manage:instances', 'view:environments', 'view:servers'], {
    projectIds: [lab.project],
  });
  const program = owner.withKey(key);
  expect(outcome(await create(program, forLab, lab.environment))).toEqual([202, null]);
  for (const other of [forShop, closed])
    expect(outcome(await create(program, other, lab.environment))).toEqual([404, 'not_found']);
  const listed = await program.get('/servers');
  expect([listed.at('data.0.id'), listed.at('data.1')]).toEqual([forLab, undefined]);
  // Without view:servers it works with the ids that it is given, and sees none of them.
  const blind = owner.withKey(
    (await owner.newKey(['manage:instances', 'view:environments'], { projectIds: [lab.project] })).key,
  );
  expect(outcome(await create(blind, forLab, lab.environment))).toEqual([202, null]);
  expect(outcome(await create(blind, forShop, lab.environment))).toEqual([404, 'not_found']);
  expect(outcome(await blind.get('/servers'))).toEqual([403, 'forbidden']);
  // What servers are and to whom they are open is for the whole organization.
  const managing = await owner.post('/api-keys', {
    name: 'Managing',
    permissions: ['manage:servers'],
    projectIds: [lab.project],
  });
  expect([managing.status, managing.at('error.details.constraint')]).toEqual([400, 'project_permission']);
});

it('says why to somebody who sees the server but may not use it for this project', async ({ ocore, owner }) => {
  const both = await ocore.member(owner, 'Developer', { projectIds: [shop.project, lab.project] });
  expect(outcome(await create(both, forLab, shop.environment))).toEqual([403, 'forbidden']);
  expect(await createByGraphql(both, forLab, shop.environment)).toBe('forbidden');
  expect(outcome(await create(both, closed, shop.environment))).toEqual([404, 'not_found']);
  // Sees all of the organization, and works in one project.
  const viewer = await ocore.member(owner, 'Viewer');
  await owner.post(`/members/${await owner.memberIdOf(viewer.email)}/assignments`, {
    roleId: await owner.roleId('Developer'),
    projectId: shop.project,
  });
  expect(outcome(await create(viewer, closed, shop.environment))).toEqual([403, 'forbidden']);
  expect(outcome(await create(viewer, forShop, shop.environment))).toEqual([202, null]);
});

it('shows those who are limited to projects the servers of their projects only, and nothing of other projects', async ({
  ocore,
  owner,
}) => {
  await owner.put(`/servers/${forShop}/projects`, { projectIds: [lab.project, shop.project] });
  const member = await ocore.member(owner, 'Developer', { projectIds: [shop.project] });
  const listed = await member.graphql('{ servers { nodes { id projectIds } } }');
  expect(listed.at('data.servers.nodes')).toEqual([{ id: forShop, projectIds: [shop.project] }]);
  expect((await owner.get(`/servers/${forShop}`)).at('projectIds')).toEqual([lab.project, shop.project].sort());
  expect((await member.get(`/servers/${forShop}/metrics`)).status).toBe(200);
  for (const path of [`/servers/${forLab}`, `/servers/${forLab}/metrics`, `/servers/${closed}`])
    expect(outcome(await member.get(path))).toEqual([404, 'not_found']);
  expect(
    (await member.graphql('query ($id: ID!) { node(id: $id) { id } }', { id: forLab })).at('errors.0.extensions.code'),
  ).toBe('not_found');
  expect((await member.graphql('query ($id: ID!) { node(id: $id) { id } }', { id: forShop })).at('data.node.id')).toBe(
    forShop,
  );
  for (const answer of [
    await member.patch(`/servers/${forShop}`, { name: 'Mine' }),
    await member.put(`/servers/${forShop}/projects`, { projectIds: [shop.project] }),
    await member.delete(`/servers/${forShop}`),
  ]) {
    expect([...outcome(answer), answer.at('error.details.permission')]).toEqual([403, 'forbidden', 'manage:servers']);
  }
});

it('closes a server again for what comes, tells those who watch it, and writes both down', async ({ ocore, owner }) => {
  const member = await ocore.member(owner, 'Developer', { projectIds: [shop.project] });
  const made = await create(member, forShop, shop.environment);
  expect(outcome(made)).toEqual([202, null]);
  let told = 0;
  const watching = (async () => {
    for await (const event of member.subscribe('subscription ($id: ID!) { serverUpdated(id: $id) { id } }', {
      id: forShop,
    })) {
      if (event.at('errors')) throw new Error(JSON.stringify(event.at('errors')));
      told += 1;
      if (told === 1) await owner.put(`/servers/${forShop}/projects`, { projectIds: [] });
    }
  })();
  expect(inspect(await watching.catch((error: unknown) => error))).toContain('was not found');
  expect(told).toBe(1);
  expect(outcome(await create(member, forShop, shop.environment))).toEqual([404, 'not_found']);
  const instance = await member.graphql('query ($id: ID!) { instance(id: $id) { name serverId server { id } } }', {
    id: made.text('id'),
  });
  expect([instance.at('data.instance.serverId'), instance.at('data.instance.server')]).toEqual([forShop, null]);
  const entries = await owner.get('/audit-logs?action=server.projects_updated&limit=1');
  expect([entries.at('data.0.resourceId'), entries.at('data.0.afterState')]).toEqual([forShop, { projectIds: [] }]);
});

it('refuses what is not a project of this organization, and a server of another', async ({ ocore, owner }) => {
  const stranger = await ocore.owner('stranger');
  const theirs = (await stranger.post('/projects', { name: 'Theirs' })).text('id');
  for (const id of [theirs, unknownId, 'no id'])
    expect(outcome(await owner.put(`/servers/${forLab}/projects`, { projectIds: [lab.project, id] }))).toEqual([
      404,
      'not_found',
    ]);
  expect(outcome(await stranger.put(`/servers/${forLab}/projects`, { projectIds: [theirs] }))).toEqual([
    404,
    'not_found',
  ]);
  expect((await owner.get(`/servers/${forLab}`)).at('projectIds')).toEqual([lab.project]);
});

it('forgets a project that is deleted', async ({ owner }) => {
  const gone = (await owner.post('/projects', { name: 'Gone' })).text('id');
  await owner.put(`/servers/${closed}/projects`, { projectIds: [gone, gone] });
  expect((await owner.delete(`/projects/${gone}`)).status).toBe(200);
  expect((await owner.get(`/servers/${closed}`)).at('projectIds')).toEqual([]);
});
