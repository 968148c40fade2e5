import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let admin: Client;
let user: Client;
let id: string;

const reason = 'Ticket 4711: the invoices are missing';
const idOf = async (email: string): Promise<string> =>
  (await admin.get(`/admin/users?search=${encodeURIComponent(email)}`)).text('data.0.id');

async function begin(minutes = 5): Promise<{ client: Client; session: string }> {
  const answer = await admin.post(`/admin/users/${id}/impersonate`, { reason, minutes });
  expect(answer.status).toBe(201);
  return { client: new Client(user.url, answer.text('accessToken'), user.org), session: answer.text('sessionId') };
}

it.beforeAll(async ({ ocore, owner }) => {
  admin = owner;
  user = await ocore.owner('user');
  id = await idOf(user.email);
});

it('lets an administrator work in the name of the user, and says so everywhere', async ({ ocore }) => {
  const { client } = await begin();
  const me = await client.get('/user');
  expect([me.at('email'), me.at('impersonatedBy.reason'), me.headers.get('x-impersonated-by')]).toEqual([
    user.email,
    reason,
    'owner',
  ]);
  const own = await user.get('/user');
  expect([own.at('impersonatedBy'), own.headers.get('x-impersonated-by')]).toEqual([null, null]);
  const project = await client.post('/projects', { name: 'On behalf' });
  expect(project.status).toBe(201);
  const [entry] = await ocore.sql('SELECT actor_name, administrator_name FROM audit_entries WHERE resource_id = $1', [
    project.text('id'),
  ]);
  expect(entry).toEqual({ actor_name: 'user', administrator_name: 'owner' });
  const events = await user.get('/events?types=project.created');
  expect([events.at('data.0.userName'), events.at('data.0.administratorName')]).toEqual(['user', 'owner']);
  expect(await ocore.letterTo(user.email)).toContain('Ticket 4711');
  const sessions = await user.get('/user/sessions');
  expect([sessions.at('data.0.method'), sessions.at('data.0.impersonationReason')]).toEqual(['impersonation', reason]);
  const [claims] = (client.token ?? '').split('.').slice(1, 2);
  expect(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString())).toMatchObject({
    sub: id,
    act: { sub: await idOf(admin.email) },
  });
});

it('leaves to the user what is the user’s alone', async () => {
  const { client } = await begin();
  const refused: [string, string, unknown][] = [
    ['POST', '/user/change-password', { currentPassword: 'correct horse 1', newPassword: 'correct horse 2' }],
    ['POST', '/user/totp/setup', { password: 'correct horse 1' }],
    ['POST', '/user/passkeys/register/begin', { password: 'correct horse 1' }],
    ['DELETE', '/user', { confirmEmail: user.email, password: 'correct horse 1' }],
    ['PATCH', '/user', { name: 'Somebody else' }],
    ['DELETE', '/user/sessions', undefined],
    ['POST', '/api-keys', { name: 'Key', permissions: ['view:projects'] }],
    ['DELETE', '/org', { confirmSlug: user.org, password: 'correct horse 1' }],
  ];
  for (const [method, path, body] of refused) {
    const answer = await client.request(method, `/api${path}`, body);
    expect([path, answer.status, answer.at('error.code')]).toEqual([path, 403, 'not_while_impersonating']);
  }
  const email = await client.graphql('mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) }', {
    input: { newEmail: 'thief@example.com', password: 'correct horse 1' },
  });
  expect(email.at('errors.0.extensions.code')).toBe('not_while_impersonating');
  expect((await client.get('/admin/users')).at('error.code')).toBe('forbidden');
});

it('refuses administrators, deactivated accounts and missing reasons', async ({ ocore }) => {
  const second = await ocore.owner('second');
  const theirs = await idOf(second.email);
  await admin.put(`/admin/users/${theirs}/administrator`, { isAdmin: true });
  expect((await admin.post(`/admin/users/${theirs}/impersonate`, { reason })).at('error.details.constraint')).toBe(
    'not_administrator',
  );
  await admin.put(`/admin/users/${theirs}/administrator`, { isAdmin: false });
  await admin.post(`/admin/users/${theirs}/deactivate`);
  expect((await admin.post(`/admin/users/${theirs}/impersonate`, { reason })).at('error.code')).toBe('invalid_state');
  expect((await admin.post(`/admin/users/${id}/impersonate`, { reason: 'short' })).status).toBe(400);
  expect((await admin.post(`/admin/users/${id}/impersonate`, { reason, minutes: 61 })).status).toBe(400);
  expect((await user.post(`/admin/users/${id}/impersonate`, { reason })).status).toBe(403);
});

it('ends at its time, by the administrator, by the user, and when the user becomes one', async ({ ocore }) => {
  const own = await begin();
  expect((await own.client.delete('/user/impersonation')).status).toBe(204);
  expect((await own.client.get('/user')).status).toBe(401);
  expect((await user.delete('/user/impersonation')).at('error.code')).toBe('invalid_state');

  const early = await begin();
  expect((await admin.delete(`/admin/impersonations/${early.session}`)).status).toBe(200);
  expect((await admin.delete(`/admin/impersonations/${early.session}`)).status).toBe(404);
  expect((await early.client.get('/user')).status).toBe(401);

  const seen = await begin();
  expect((await user.delete(`/user/sessions/${seen.session}`)).status).toBe(204);
  expect((await seen.client.get('/user')).status).toBe(401);

  const late = await begin();
  await ocore.sql("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = $1", [late.session]);
  expect((await late.client.get('/user')).status).toBe(401);

  const risen = await begin();
  await admin.put(`/admin/users/${id}/administrator`, { isAdmin: true });
  expect((await risen.client.get('/user')).status).toBe(401);
  await admin.put(`/admin/users/${id}/administrator`, { isAdmin: false });

  const out = await begin();
  expect((await out.client.post('/auth/logout')).status).toBe(200);
  const actions = await ocore.sql<{ action: string }>(
    "SELECT action FROM audit_entries WHERE resource_id = $1 AND action LIKE 'auth.impersonation%' ORDER BY id DESC LIMIT 2",
    [id],
  );
  expect(actions.map(({ action }) => action)).toEqual(['auth.impersonation_ended', 'auth.impersonation_started']);
});
