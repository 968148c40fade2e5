import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { nowhere } from '../kit/nowhere.ts';

it('has a catalogue of what can be allowed, with secrets apart', async ({ owner }) => {
  const answer = await owner.get('/permissions');
  const ids = (await owner.graphql('{ permissions { id } }')).body;
  expect(answer.at('data.0')).toEqual({
    id: 'view:org',
    action: 'view',
    resource: 'org',
    description: 'See the organization and its settings',
    inProjects: false,
  });
  expect(JSON.stringify(ids)).toContain('"view:secrets"');
  const viewer = await owner.get(`/roles/${await owner.roleId('Viewer')}`);
  expect(JSON.stringify(viewer.at('permissions'))).not.toMatch(/secrets|manage/);
});

it('keeps the four system roles as they are', async ({ owner }) => {
  const roles = await owner.get('/roles');
  expect(
    [0, 1, 2, 3].map((index) => [
      roles.at(`data.${index}.name`),
      roles.at(`data.${index}.isSystem`),
      roles.at(`data.${index}.memberCount`),
    ]),
  ).toEqual([
    ['Viewer', true, 0],
    ['Developer', true, 0],
    ['Admin', true, 0],
    ['Owner', true, 1],
  ]);
  const id = await owner.roleId('Viewer');
  expect([
    (await owner.put(`/roles/${id}`, { permissionIds: ['manage:org'] })).status,
    (await owner.patch(`/roles/${id}`, { name: 'X' })).status,
    (await owner.delete(`/roles/${id}`)).status,
  ]).toEqual([422, 422, 422]);
});

it('changes what its members may from their next request on, and wakes their subscriptions', async ({
  ocore,
  owner,
}) => {
  const role = await owner.post('/roles', {
    name: 'Operator',
    description: 'Looks after servers',
    permissionIds: ['view:servers', 'manage:operations', 'view:servers'],
  });
  expect([role.status, role.at('isSystem'), role.at('permissions')]).toEqual([
    201,
    false,
    [{ id: 'view:servers' }, { id: 'view:operations' }, { id: 'manage:operations' }],
  ]);
  const operator = await ocore.member(owner, 'Operator');
  expect([(await operator.get('/servers')).status, (await operator.get('/projects')).status]).toEqual([200, 403]);

  const server = await owner.post('/servers', {
    name: 'Somewhere',
    ...nowhere,
  });
  const events = operator.subscribe('subscription ($id: ID!) { serverUpdated(id: $id) { id } }', {
    id: server.text('id'),
  });
  expect((await events.next()).done).toBe(false);
  const end = (async () => {
    for await (const event of events) if (event.at('errors')) return;
  })().catch(() => {});
  expect((await owner.put(`/roles/${role.text('id')}`, { permissionIds: ['view:projects'] })).status).toBe(200);
  expect([(await operator.get('/servers')).status, (await operator.get('/projects')).status]).toEqual([403, 200]);
  // It would go on for ever otherwise.
  await end;
});

it('holds no more than who makes or changes it', async ({ ocore, owner }) => {
  await owner.post('/roles', { name: 'Roles', permissionIds: ['manage:roles', 'view:projects'] });
  const strong = await owner.post('/roles', { name: 'Strong', permissionIds: ['manage:servers'] });
  const keeper = await ocore.member(owner, 'Roles');
  const refused = await keeper.post('/roles', { name: 'Mine', permissionIds: ['manage:projects'] });
  expect([refused.status, refused.at('error.details.missing')]).toEqual([403, ['manage:projects']]);
  expect(
    (await keeper.put(`/roles/${await keeper.roleId('Roles')}`, { permissionIds: ['manage:roles', 'manage:members'] }))
      .status,
  ).toBe(403);
  // Nor does who holds less take something away from it.
  expect((await keeper.put(`/roles/${strong.text('id')}`, { permissionIds: [] })).status).toBe(403);
  expect((await keeper.post('/roles', { name: 'Mine', permissionIds: ['view:projects'] })).status).toBe(201);
  const key = await owner.newKey(['manage:roles']);
  expect(
    (await owner.withKey(key.key).post('/roles', { name: 'By key', permissionIds: ['view:servers'] })).status,
  ).toBe(403);
});

it('refuses what is wrong with it, and says what', async ({ owner }) => {
  const taken = await owner.post('/roles', { name: 'oWNer', permissionIds: [] });
  expect([taken.status, taken.at('error.details.constraint')]).toEqual([409, 'unique']);
  const unknown = await owner.post('/roles', { name: 'Odd', permissionIds: ['view:projects', 'manage:everything'] });
  expect([unknown.status, unknown.at('error.details.field')]).toEqual([400, 'permissionIds.1']);
  const both = await Promise.all([
    owner.post('/roles', { name: 'Twin', permissionIds: [] }),
    owner.post('/roles', { name: 'twin', permissionIds: [] }),
  ]);
  expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
  // What stands for any letter in a search does not in a name.
  const names = ['On_call', 'ON_CALL', 'Onxcall'];
  const made = [];
  for (const name of names) made.push((await owner.post('/roles', { name, permissionIds: [] })).status);
  expect(made).toEqual([201, 409, 201]);
  const found = await owner.get('/roles?name=on_CALL');
  expect([found.at('data.0.name'), found.at('data.1')]).toEqual(['On_call', undefined]);
});

it('is deleted only when nobody has it and nobody is offered it', async ({ ocore, owner }) => {
  const role = await owner.post('/roles', { name: 'Passing', permissionIds: ['view:projects'] });
  const id = role.text('id');
  const member = await ocore.member(owner, 'Passing');
  const viewer = await ocore.member(owner, 'Viewer');
  const project = await owner.post('/projects', { name: 'Assigned' });
  await owner.post(`/members/${await owner.memberIdOf(viewer.email)}/assignments`, {
    roleId: id,
    projectId: project.text('id'),
  });
  const invitation = await owner.post('/members/invite', { email: 'soon@example.com', roleId: id });
  const link = await owner.post('/invite-links', { roleId: id });
  const refused = await owner.delete(`/roles/${id}`);
  expect([refused.status, refused.at('error.message')]).toEqual([
    409,
    'The role Passing is in use by 1 members, 1 assignments in projects, 1 open invitations, 1 invite links; assign another role first',
  ]);
  expect(refused.at('error.details.by')).toEqual(['The Passing', 'The Viewer', 'soon@example.com']);

  await owner.delete(`/members/${await owner.memberIdOf(member.email)}`);
  await owner.delete(`/members/${await owner.memberIdOf(viewer.email)}`);
  await owner.delete(`/invitations/${invitation.text('id')}`);
  expect((await owner.delete(`/roles/${id}`)).at('error.details.inviteLinks')).toBe(1);
  await owner.delete(`/invite-links/${link.text('id')}`);
  expect((await owner.delete(`/roles/${id}`)).status).toBe(200);
  expect((await owner.get(`/roles/${id}`)).status).toBe(404);
});
