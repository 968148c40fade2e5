import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

it('refuses an administrator without a second factor, and says how to set it up', async ({ ocore, owner }) => {
  expect((await owner.get('/admin/users')).status).toBe(200);
  await ocore.sql('UPDATE sessions SET strong = false');
  const refused = await owner.get('/admin/users');
  expect([refused.status, refused.at('error.code')]).toEqual([403, 'two_factor_required']);
  expect(refused.text('error.message')).toContain('/api/user/totp/setup');
  const graphql = await owner.graphql('{ adminQueues { name } }');
  expect(graphql.at('errors.0.extensions.code')).toBe('two_factor_required');
  expect((await owner.get('/user')).at('orgCount')).toBeUndefined();
  await ocore.strengthen(owner.email);
  expect((await owner.get('/admin/users')).status).toBe(200);
});

it('takes a lost second factor from a user, and nobody’s own', async ({ ocore, owner }) => {
  const user: Client = await ocore.owner('loser');
  const idOf = async (email: string): Promise<string> =>
    (await owner.get(`/admin/users?search=${encodeURIComponent(email)}`)).text('data.0.id');
  const id = await idOf(user.email);
  await ocore.sql("UPDATE users SET totp_enabled_at = now(), totp_secret_enc = 'x' WHERE id = $1", [id]);
  const reset = await owner.post(`/admin/users/${id}/reset-second-factor`);
  expect([reset.status, reset.at('totpEnabled')]).toEqual([200, false]);
  expect((await user.get('/user')).status).toBe(401);
  expect(await ocore.letterTo(user.email)).toContain('reset your two-factor authentication');
  expect((await owner.post(`/admin/users/${await idOf(owner.email)}/reset-second-factor`)).status).toBe(422);
});

it('lists the sessions of everybody, and ends one', async ({ ocore, owner }) => {
  const user = await ocore.owner('traveller');
  const id = (await owner.get(`/admin/users?search=${encodeURIComponent(user.email)}`)).text('data.0.id');
  const sessions = await owner.get(`/admin/sessions?user_id=${id}`);
  expect([sessions.at('data.0.userId'), sessions.at('data.1')]).toEqual([id, undefined]);
  expect((await owner.delete(`/admin/sessions/${sessions.text('data.0.id')}`)).status).toBe(200);
  expect((await user.get('/user')).status).toBe(401);
  expect((await owner.delete(`/admin/sessions/${sessions.text('data.0.id')}`)).status).toBe(404);
});
