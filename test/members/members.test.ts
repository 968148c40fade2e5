import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

const role = (client: Client, id: string, roleId: string, more = {}) =>
  client.put(`/members/${id}/role`, { roleId, ...more });

it('lists members with their roles, and finds them by name, address and role', async ({ ocore, owner }) => {
  const viewer = await ocore.member(owner, 'Viewer');
  await ocore.member(owner, 'Developer');
  const all = await owner.get('/members?limit=2');
  expect([all.at('data.0.role.name'), all.at('data.1.role.name'), all.at('has_more')]).toEqual([
    'Developer',
    'Viewer',
    true,
  ]);
  const found = await viewer.get(`/members?search=${viewer.email.toUpperCase()}`);
  expect([found.at('data.0.email'), found.at('data.1'), found.at('data.0.name')]).toEqual([
    viewer.email,
    undefined,
    'The Viewer',
  ]);
  const owners = await viewer.get(`/members?role_id=${await owner.roleId('Owner')}`);
  expect([owners.at('data.0.email'), owners.at('data.1')]).toEqual([owner.email, undefined]);
  expect((await viewer.get('/members?role=owner')).at('data')).toEqual(owners.at('data'));
  expect((await viewer.get('/members?role=Own_r')).at('data')).toEqual([]);
  expect(JSON.stringify(all.body)).not.toMatch(/password|argon/);
});

it('gives roles by their names, wherever one is given', async ({ ocore, owner }) => {
  const member = await ocore.member(owner, 'Viewer');
  const id = await owner.memberIdOf(member.email);
  const projectId = (await owner.post('/projects', { name: 'Named' })).text('id');
  await owner.post('/roles', { name: 'On_call', permissionIds: ['view:instances'] });
  expect((await owner.put(`/members/${id}/role`, { role: 'On_call' })).at('role.name')).toBe('On_call');
  expect((await owner.put(`/members/${id}/role`, { role: 'developer' })).at('role.name')).toBe('Developer');
  const assigned = await owner.graphql(
    'mutation ($id: ID!, $projectId: ID!) { assignRole(id: $id, input: { role: "Viewer", projectId: $projectId }) { role { name } } }',
    { id, projectId },
  );
  expect(assigned.at('data.assignRole.role.name')).toBe('Viewer');
  const invited = await owner.post('/members/invite', { email: 'named@example.com', role: 'Admin' });
  expect([invited.status, invited.at('role.name')]).toEqual([201, 'Admin']);
  expect((await owner.post('/invite-links', { role: 'Viewer' })).at('role.name')).toBe('Viewer');

  const refused = async (client: Client, given: object) => {
    const answer = await client.put(`/members/${id}/role`, given);
    return [answer.status, answer.at('error.details.field'), answer.at('error.details.constraint')];
  };
  const roleId = await owner.roleId('Viewer');
  expect(await refused(owner, {})).toEqual([400, 'roleId', 'required']);
  expect(await refused(owner, { role: 'Viewer', roleId })).toEqual([400, 'roleId', 'exclusive']);
  expect(await refused(owner, { role: 'Boss' })).toEqual([400, 'role', 'one_of']);
  const unknown = { role: 'Boss' };
  expect((await owner.put(`/members/${id}/role`, unknown)).text('error.message')).toContain(
    'there are Owner, Admin, Developer, Viewer, On_call',
  );
  // Who may not see the roles is not told them.
  const key = owner.withKey((await owner.newKey(['manage:members'])).key);
  expect((await key.put(`/members/${id}/role`, unknown)).text('error.message')).not.toContain('On_call');
});

it('gives another role from the next request on, and closes what it no longer allows', async ({ ocore, owner }) => {
  const developer = await ocore.member(owner, 'Developer');
  const project = await developer.post('/projects', { name: 'Before' });
  expect(project.status).toBe(201);
  const id = await owner.memberIdOf(developer.email);
  const key = await developer.newKey(['manage:projects']);
  const changed = await role(owner, id, await owner.roleId('Viewer'));
  expect([changed.status, changed.at('role.name')]).toEqual([200, 'Viewer']);
  expect((await developer.post('/projects', { name: 'After' })).status).toBe(403);
  expect((await owner.withKey(key.key).post('/projects', { name: 'By key' })).status).toBe(403);
});

it('gives a role in single projects instead, and beside', async ({ ocore, owner }) => {
  const developer = await ocore.member(owner, 'Developer');
  const [first, second] = [
    (await owner.post('/projects', { name: 'First one' })).text('id'),
    (await owner.post('/projects', { name: 'Second one' })).text('id'),
  ];
  const id = await owner.memberIdOf(developer.email);
  const limited = await role(owner, id, await owner.roleId('Developer'), { projectIds: [first] });
  expect([limited.at('role'), limited.at('assignments.0.projectId'), limited.at('assignments.1')]).toEqual([
    null,
    first,
    undefined,
  ]);
  expect((await developer.get('/projects')).at('data.1')).toBeUndefined();
  expect((await developer.get(`/projects/${second}`)).status).toBe(404);
  expect((await developer.patch(`/projects/${first}`, { description: 'Mine' })).status).toBe(200);

  const seen = await owner.post(`/members/${id}/assignments`, {
    roleId: await owner.roleId('Viewer'),
    projectId: second,
  });
  expect(seen.status).toBe(201);
  expect((await developer.get(`/projects/${second}`)).status).toBe(200);
  expect((await developer.patch(`/projects/${second}`, { description: 'No' })).status).toBe(403);
  expect(
    (await owner.post(`/members/${id}/assignments`, { roleId: await owner.roleId('Viewer'), projectId: second }))
      .status,
  ).toBe(409);
  expect((await owner.get(`/members/${id}/assignments`)).at('data.0.role.name')).toBe('Viewer');
  expect((await owner.delete(`/members/${id}/assignments/${seen.text('id')}`)).status).toBe(200);
  expect((await developer.get(`/projects/${second}`)).status).toBe(404);
  expect((await owner.delete(`/members/${id}/assignments/${seen.text('id')}`)).status).toBe(404);
});

it('lets nobody raise anyone, or themselves, above themselves', async ({ ocore, owner }) => {
  const admin = await ocore.member(owner, 'Admin');
  await owner.post('/roles', { name: 'People', permissionIds: ['manage:members', 'view:roles'] });
  const people = await ocore.member(owner, 'People');
  const [adminId, peopleId, ownerId] = [
    await owner.memberIdOf(admin.email),
    await owner.memberIdOf(people.email),
    await owner.memberIdOf(owner.email),
  ];
  const [ownerRole, adminRole, viewerRole, peopleRole] = [
    await owner.roleId('Owner'),
    await owner.roleId('Admin'),
    await owner.roleId('Viewer'),
    await owner.roleId('People'),
  ];
  const refused = [
    await role(admin, adminId, ownerRole),
    await role(admin, ownerId, viewerRole),
    await admin.delete(`/members/${ownerId}`),
    await admin.post('/members/invite', { email: 'x@example.com', roleId: ownerRole }),
    await role(people, peopleId, adminRole),
    await role(people, adminId, peopleRole),
    await people.delete(`/members/${adminId}`),
    await people.post('/members/invite', { email: 'y@example.com', roleId: viewerRole }),
    await people.post('/invite-links', { roleId: adminRole }),
    await people.post(`/members/${peopleId}/assignments`, {
      roleId: viewerRole,
      projectId: (await owner.post('/projects', { name: 'For people' })).text('id'),
    }),
  ];
  expect(refused.map((answer) => answer.status)).toEqual(refused.map(() => 403));
  expect(refused[7]?.at('error.details.missing')).toContain('view:servers');
  // What is within reach goes.
  expect((await people.post('/members/invite', { email: 'z@example.com', roleId: peopleRole })).status).toBe(201);
  const key = await owner.newKey(['manage:members', 'view:roles']);
  expect((await role(owner.withKey(key.key), peopleId, ownerRole)).status).toBe(403);
});

it('keeps one Owner, also when two go at the same time', async ({ ocore }) => {
  const chief = await ocore.owner('chief');
  const ownId = await chief.memberIdOf(chief.email);
  const alone = [
    await role(chief, ownId, await chief.roleId('Admin')),
    await chief.post('/members/leave'),
    await chief.delete(`/members/${ownId}`),
  ];
  expect(alone.map((answer) => answer.status)).toEqual([409, 409, 409]);
  expect(alone[1]?.at('error.details.constraint')).toBe('last_owner');

  const second = await ocore.member(chief, 'Owner');
  const secondId = await chief.memberIdOf(second.email);
  const viewer = await chief.roleId('Viewer');
  const both = await Promise.all([role(chief, secondId, viewer), role(second, ownId, viewer)]);
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
  const owners = await ocore.sql(
    "SELECT m.id FROM memberships m JOIN roles r ON r.id = m.role_id JOIN organizations o ON o.id = m.org_id WHERE o.slug = $1 AND r.name = 'Owner'",
    [chief.org],
  );
  expect(owners).toHaveLength(1);
});

it('shows somebody who was removed, or left, nothing more; their keys stay dead when they come back', async ({
  ocore,
  owner,
}) => {
  const developer = await ocore.member(owner, 'Developer');
  const { key } = await developer.newKey(['view:projects']);
  expect((await owner.withKey(key).get('/projects')).status).toBe(200);
  const id = await owner.memberIdOf(developer.email);
  expect((await owner.delete(`/members/${id}`)).status).toBe(200);
  expect((await developer.get('/projects')).status).toBe(404);
  expect((await owner.withKey(key).get('/projects')).status).toBe(401);
  expect((await owner.get(`/members/${id}`)).status).toBe(404);

  await owner.post('/members/invite', { email: developer.email, roleId: await owner.roleId('Developer') });
  expect(
    (await developer.in(null).post('/invitations/accept', { token: await ocore.invitationTo(developer.email) })).at(
      'slug',
    ),
  ).toBe(owner.org);
  expect((await developer.get('/projects')).status).toBe(200);
  expect((await owner.withKey(key).get('/projects')).status).toBe(401);
  expect((await developer.post('/members/leave')).status).toBe(200);
  expect((await developer.get('/projects')).status).toBe(404);
});

it('knows nothing of other organizations', async ({ ocore, owner }) => {
  const stranger = await ocore.owner('stranger');
  const [memberId, roleId] = [await owner.memberIdOf(owner.email), await owner.roleId('Viewer')];
  const theirs = [
    await stranger.get(`/members/${memberId}`),
    await stranger.delete(`/members/${memberId}`),
    await role(stranger, memberId, await stranger.roleId('Viewer')),
    await stranger.get(`/members/${memberId}/assignments`),
    await role(stranger, await stranger.memberIdOf(stranger.email), roleId),
    await stranger.post('/members/invite', { email: 'a@example.com', roleId }),
    await stranger.post('/invite-links', { roleId }),
    await stranger.get(`/roles/${roleId}`),
    await stranger.post('/members/invite', {
      email: 'a@example.com',
      roleId: await stranger.roleId('Viewer'),
      projectIds: [(await owner.post('/projects', { name: 'Hidden' })).text('id')],
    }),
  ];
  expect(theirs.map((answer) => answer.status)).toEqual(theirs.map(() => 404));
  expect((await stranger.get(`/members?role_id=${roleId}`)).at('data')).toEqual([]);
  expect((await stranger.get(`/members?search=${owner.email}`)).at('data')).toEqual([]);
});

it('leaves a trail of every change, without tokens', async ({ ocore, owner }) => {
  const rows = await ocore.sql<{ action: string }>(
    'SELECT DISTINCT action FROM audit_entries WHERE org_id = (SELECT id FROM organizations WHERE slug = $1)',
    [owner.org],
  );
  expect(rows.map((row) => row.action)).toEqual(
    expect.arrayContaining([
      'member.invited',
      'member.joined',
      'member.role_changed',
      'member.role_assigned',
      'member.role_unassigned',
      'member.removed',
      'member.left',
      'api_key.created',
      'role.created',
    ]),
  );
  const [secrets] = await ocore.sql<{ count: string }>(
    "SELECT count(*) FROM (SELECT after_state::text || coalesce(before_state::text, '') AS text FROM audit_entries UNION ALL SELECT payload::text FROM outbox_events) t WHERE text ~ 'ocore_[ijk]_[A-Za-z0-9_-]{20}'",
  );
  expect(secrets?.count).toBe('0');
});
