import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { nowhere } from '../kit/nowhere.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let admin: Client;

const idOf = async (email: string): Promise<string> =>
  (await admin.get(`/admin/users?search=${encodeURIComponent(email)}`)).text('data.0.id');
const orgOf = async (client: Client): Promise<string> =>
  (await admin.get(`/admin/orgs?search=${client.org}`)).text('data.0.id');

it.beforeAll(({ owner }) => {
  admin = owner;
});

it('creates an organization with its Owner, and accounts in it', async ({ ocore }) => {
  const user = await ocore.owner('founder');
  const ownerUserId = await idOf(user.email);
  const made = await admin.post('/admin/orgs', { name: 'Acme', slug: 'acme', ownerUserId });
  expect([made.status, made.at('slug'), made.at('memberCount')]).toEqual([201, 'acme', 1]);
  expect((await user.in('acme').post('/projects', { name: 'Mine' })).status).toBe(201);
  expect((await admin.post('/admin/orgs', { name: 'Acme', slug: 'acme', ownerUserId })).status).toBe(409);
  expect((await admin.post('/admin/orgs', { name: 'Acme', ownerUserId: made.text('id') })).status).toBe(404);

  const person = { email: 'dev@example.com', name: 'Dev', password: 'a first passw0rd', orgId: made.text('id') };
  expect((await admin.post('/admin/users', { ...person, roleName: 'Captain' })).at('error.details.field')).toBe(
    'roleName',
  );
  expect((await admin.post('/admin/users', { ...person, orgId: null, roleName: 'Owner' })).status).toBe(400);
  const dev = await admin.post('/admin/users', { ...person, roleName: 'Developer' });
  expect([dev.status, dev.at('orgCount')]).toEqual([201, 1]);

  const members = `/admin/orgs/${made.text('id')}/members`;
  expect((await admin.get(`${members}?search=dev@`)).at('data.0.role.name')).toBe('Developer');
  const second = await ocore.owner('second-owner');
  const joined = await admin.post(members, { userId: await idOf(second.email), roleName: 'Viewer' });
  expect([joined.status, joined.at('role.name')]).toEqual([201, 'Viewer']);
  expect((await admin.post(members, { userId: await idOf(second.email), roleName: 'Viewer' })).status).toBe(409);
  expect((await admin.delete(`${members}/${joined.text('id')}`)).status).toBe(200);
  const chief = (await admin.get(`${members}?search=${encodeURIComponent(user.email)}`)).text('data.0.id');
  expect((await admin.delete(`${members}/${chief}`)).at('error.details.constraint')).toBe('last_owner');
});

it('holds an organization to its quotas, also when everybody creates at once', async ({ ocore }) => {
  const user = await ocore.owner('limited');
  const id = await orgOf(user);
  const quotas = await admin.patch(`/admin/orgs/${id}/quotas`, { maxServers: 2, maxProjects: 1, maxMembers: 1 });
  expect(quotas.at('quotas')).toEqual({ maxServers: 2, maxInstances: null, maxMembers: 1, maxProjects: 1 });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => user.post('/servers', { name: `Server ${index}`, ...nowhere })),
  );
  const refused = answers.filter(({ status }) => status !== 202);
  expect(refused.map((answer) => [answer.status, answer.at('error.code'), answer.at('error.details')])).toEqual(
    Array.from({ length: 6 }, () => [422, 'quota_exceeded', { quota: 'servers', maximum: 2, used: 2 }]),
  );
  // What was removed counts no more.
  const made = answers.find(({ status }) => status === 202)?.text('id');
  await ocore.sql("UPDATE servers SET status = 'removed' WHERE id = $1", [made]);
  expect((await user.post('/servers', { name: 'In its place', ...nowhere })).status).toBe(202);
  const projects = await Promise.all(
    Array.from({ length: 5 }, (_, index) => user.post('/projects', { name: `Project ${index}` })),
  );
  expect(projects.filter(({ status }) => status === 201)).toHaveLength(1);
  await expect(ocore.member(user, 'Viewer')).rejects.toThrow('quota_exceeded');
  expect((await user.patch('/org', { name: 'Still changeable' })).status).toBe(200);

  // Without a quota of its own, the installation's counts.
  const other = await ocore.owner('other');
  await admin.patch('/admin/settings', { maxProjects: 1 });
  expect((await other.post('/projects', { name: 'First' })).status).toBe(201);
  expect((await other.post('/projects', { name: 'Second' })).at('error.code')).toBe('quota_exceeded');
  await admin.patch(`/admin/orgs/${await orgOf(other)}/quotas`, { maxProjects: 2 });
  expect((await other.post('/projects', { name: 'Second' })).status).toBe(201);
  await admin.patch('/admin/settings', { maxProjects: null });
});

it('counts instances, too', async ({ ocore }) => {
  const user = await ocore.owner('instances');
  const environmentId = await user.environment();
  const server = await user.post('/servers', { name: 'Server', ...nowhere });
  await ocore.sql("UPDATE servers SET status = 'active' WHERE id = $1", [server.text('id')]);
  await admin.patch(`/admin/orgs/${await orgOf(user)}/quotas`, { maxInstances: 0 });
  const answer = await user.post('/instances', {
    name: 'Odoo',
    serverId: server.text('id'),
    environmentId,
    adminEmail: 'a@example.com',
  });
  expect(answer.at('error.details')).toEqual({ quota: 'instances', maximum: 0, used: 0 });
});

it('lets an organization rest: reads work, every change is refused', async ({ ocore }) => {
  const user = await ocore.owner('resting');
  const project = await user.post('/projects', { name: 'Before' });
  const { key } = await user.newKey(['manage:projects']);
  const invited = await user.post('/members/invite', {
    email: 'late@example.com',
    roleId: await user.roleId('Viewer'),
  });
  expect(invited.status).toBe(201);
  const id = await orgOf(user);
  expect((await admin.post(`/admin/orgs/${id}/deactivate`)).at('status')).toBe('deactivated');
  expect((await admin.post(`/admin/orgs/${id}/deactivate`)).at('error.code')).toBe('invalid_state');
  expect((await user.get('/projects')).at('data.0.name')).toBe('Before');
  expect((await user.get('/org')).at('status')).toBe('deactivated');
  for (const client of [user, user.withKey(key)]) {
    const answer = await client.patch(`/projects/${project.text('id')}`, { name: 'After' });
    expect([answer.status, answer.at('error.code')]).toEqual([403, 'organization_deactivated']);
  }
  expect((await user.post('/projects', {})).at('error.code')).toBe('organization_deactivated');
  const late = await ocore.owner('late');
  await ocore.sql("UPDATE invitations SET email = $1 WHERE email = 'late@example.com'", [late.email]);
  const token = await ocore.invitationTo('late@example.com');
  expect((await late.post('/invitations/accept', { token })).at('error.code')).toBe('organization_deactivated');
  // Elsewhere the same person works on.
  expect((await user.post('/user/orgs', { name: 'Elsewhere' })).status).toBe(201);
  expect((await admin.post(`/admin/orgs/${id}/reactivate`)).at('status')).toBe('active');
  expect((await user.patch(`/projects/${project.text('id')}`, { name: 'After' })).status).toBe(200);
});

it('deletes an organization after its slug was confirmed', async ({ ocore }) => {
  const user = await ocore.owner('leaving');
  const id = await orgOf(user);
  expect((await admin.delete(`/admin/orgs/${id}`, { confirmSlug: 'another' })).at('error.details.field')).toBe(
    'confirmSlug',
  );
  const answer = await admin.delete(`/admin/orgs/${id}`, { confirmSlug: user.org });
  expect([answer.status, answer.at('status')]).toEqual([202, 'removing']);
});

it('finds and revokes API keys of all organizations', async ({ ocore }) => {
  const user = await ocore.owner('keyholder');
  const { id, key } = await user.newKey(['view:projects']);
  const found = await admin.get(`/admin/api-keys?search=${user.org}`);
  expect([found.at('data.0.id'), found.at('data.0.organization.slug'), found.at('data.0.createdBy.email')]).toEqual([
    id,
    user.org,
    user.email,
  ]);
  expect((await admin.delete(`/admin/api-keys/${id}`)).status).toBe(200);
  expect((await user.withKey(key).get('/projects')).status).toBe(401);
  expect((await admin.delete(`/admin/api-keys/${id}`)).at('error.code')).toBe('invalid_state');
  const trail = await user.get('/audit-logs?action=api_key.revoked');
  expect(trail.at('data.0.userName')).toBe('owner');
});
