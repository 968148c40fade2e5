import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { holding, until, waiting } from '../kit/holding.ts';
import { nowhere } from '../kit/nowhere.ts';

let admin: Client;
let user: Client;

const idOf = async (email: string): Promise<string> =>
  (await admin.get(`/admin/users?search=${encodeURIComponent(email)}`)).text('data.0.id');

it.beforeAll(async ({ ocore }) => {
  admin = await ocore.owner('admin');
  user = await ocore.owner('user');
});

it('is for the administrator alone', async ({ ocore }) => {
  for (const path of ['/admin/users', '/admin/orgs', '/admin/jobs', '/admin/jobs/queue']) {
    expect([
      (await admin.get(path)).status,
      (await user.get(path)).status,
      (await new Client(ocore.url, null, null).get(path)).status,
    ]).toEqual([200, 403, 401]);
  }
});

it('lists accounts and organizations with what they hold', async () => {
  const users = await admin.get('/admin/users?limit=1');
  expect([
    users.at('data.0.email'),
    users.at('data.0.orgCount'),
    users.at('data.0.isServerAdmin'),
    users.at('has_more'),
  ]).toEqual([user.email, 1, false, true]);
  const orgs = await admin.get(`/admin/orgs?search=${user.org}`);
  expect([orgs.at('data.0.memberCount'), orgs.at('data.0.serverCount'), orgs.at('data.1')]).toEqual([1, 0, undefined]);
  expect((await admin.get(`/admin/orgs/${orgs.text('data.0.id')}`)).at('slug')).toBe(user.org);
});

it('makes an account that can sign in', async ({ ocore }) => {
  const made = await admin.post('/admin/users', {
    email: 'Made@Example.com',
    name: 'Made',
    password: 'a first passw0rd',
  });
  expect([made.status, made.at('email'), made.at('emailVerified')]).toEqual([201, 'made@example.com', true]);
  expect(
    (
      await new Client(ocore.url, null, null).post('/auth/login', {
        email: 'made@example.com',
        password: 'a first passw0rd',
      })
    ).status,
  ).toBe(200);
  expect(
    (await admin.post('/admin/users', { email: 'made@example.com', name: 'Again', password: 'a first passw0rd' }))
      .status,
  ).toBe(409);
});

it('locks an account out at once and lets it in again', async ({ ocore }) => {
  const id = await idOf(user.email);
  expect((await admin.post(`/admin/users/${id}/deactivate`)).at('deactivatedAt')).not.toBeNull();
  expect((await user.get('/user')).status).toBe(401);
  const login = () =>
    new Client(ocore.url, null, null).post('/auth/login', { email: user.email, password: 'correct horse 1' });
  expect((await login()).at('error.code')).toBe('invalid_credentials');
  await admin.post(`/admin/users/${id}/reactivate`);
  expect((await login()).status).toBe(200);
  expect((await admin.post(`/admin/users/${await idOf(admin.email)}/deactivate`)).status).toBe(422);
});

it('keeps at least one administrator', async () => {
  const [mine, theirs] = [await idOf(admin.email), await idOf(user.email)];
  expect((await admin.request('PUT', `/api/admin/users/${mine}/administrator`, { isAdmin: false })).status).toBe(422);
  expect(
    (await admin.request('PUT', `/api/admin/users/${theirs}/administrator`, { isAdmin: true })).at('isServerAdmin'),
  ).toBe(true);
  expect(
    (await admin.request('PUT', `/api/admin/users/${theirs}/administrator`, { isAdmin: false })).at('isServerAdmin'),
  ).toBe(false);
});

it('keeps one also when two lock each other out at the same time', async ({ ocore }) => {
  const second = await ocore.owner('second');
  const [mine, theirs] = [await idOf(admin.email), await idOf(second.email)];
  await admin.put(`/admin/users/${theirs}/administrator`, { isAdmin: true });
  await ocore.strengthen(second.email);
  await holding(
    ocore,
    'SELECT 1 FROM users WHERE id = ANY($1::uuid[]) FOR UPDATE',
    [[mine, theirs]],
    async (release) => {
      const both = Promise.all([
        admin.post(`/admin/users/${theirs}/deactivate`),
        second.post(`/admin/users/${mine}/deactivate`),
      ]);
      await until(async () => (await waiting(ocore)) === 2);
      await release();
      expect((await both).map(({ status }) => status).sort()).toEqual([200, 422]);
    },
  );
  expect(await ocore.sql('SELECT 1 FROM users WHERE is_admin AND deactivated_at IS NULL')).toHaveLength(1);
  await ocore.sql('UPDATE users SET deactivated_at = NULL, is_admin = (id = $1)', [mine]);
  await ocore.sql('UPDATE sessions SET revoked_at = NULL WHERE user_id = $1', [mine]);
});

it('ends sessions, and sees the work of all organizations', async ({ ocore }) => {
  const session = await ocore.owner('busy');
  await session.post('/servers', {
    name: 'Nowhere',
    ...nowhere,
  });
  expect((await admin.get('/admin/jobs?kind=server.validate')).at('data.0.resourceType')).toBe('server');
  expect((await admin.delete(`/admin/users/${await idOf(session.email)}/sessions`)).status).toBe(200);
  expect((await session.get('/user')).status).toBe(401);
  expect(
    await ocore.sql("SELECT action FROM audit_entries WHERE action = 'user.sessions_ended' AND resource_name = $1", [
      session.email,
    ]),
  ).toHaveLength(1);
});
