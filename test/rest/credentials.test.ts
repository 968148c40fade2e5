import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway', REQUIRE_VERIFIED_EMAIL: 'true' });

it('an organization in the header stands in the way of nothing that is the account’s own', async ({ ocore, owner }) => {
  const gone = owner.in('no-such-organization');
  expect([(await gone.get('/projects')).status, (await gone.get('/user')).status]).toEqual([404, 200]);

  await ocore.sql('UPDATE users SET email_verified_at = NULL WHERE email = $1', [owner.email]);
  const early = await owner.get('/projects');
  expect([early.status, early.at('error.code')]).toEqual([403, 'email_not_verified']);
  expect((await owner.post('/auth/resend-verification')).status).toBe(200);
  await ocore.sql('UPDATE users SET email_verified_at = now() WHERE email = $1', [owner.email]);

  await ocore.sql('UPDATE organizations SET require_two_factor = true WHERE slug = $1', [owner.org]);
  await ocore.sql('UPDATE sessions SET strong = false');
  const weak = await owner.get('/projects');
  expect([weak.status, weak.at('error.code')]).toEqual([403, 'two_factor_required']);
  expect((await owner.post('/user/totp/setup', { password: 'correct horse 1' })).status).toBe(200);

  expect((await gone.post('/auth/logout')).status).toBe(200);
  expect((await owner.get('/user')).status).toBe(401);
});

it('a credential that does not count stands in the way of nothing that needs none', async ({ ocore }) => {
  const person = await ocore.owner('returning');
  const old = new Client(person.url, 'eyJhbGciOiJFZERTQSJ9.old.token', 'no-such-organization');
  const [url, refreshToken] = [person.url, person.refreshToken];
  expect(url).toBe(ocore.url);
  expect((await old.post('/auth/refresh', { refreshToken })).status).toBe(200);
  expect((await old.post('/auth/login', { email: person.email, password: 'correct horse 1' })).status).toBe(200);
  const login = await old.graphql('mutation ($input: LoginInput!) { login(input: $input) { accessToken } }', {
    input: { email: person.email, password: 'correct horse 1' },
  });
  expect(login.text('data.login.accessToken')).not.toBe('');
  const refused = await old.get('/user');
  expect([refused.status, refused.at('error.code')]).toEqual([401, 'unauthenticated']);
});

it('credentials are asked for before anything of a request is judged', async ({ ocore }) => {
  const nobody = new Client(ocore.url, null, null);
  expect((await nobody.get('/projects?limit=x')).status).toBe(401);
  expect((await nobody.post('/projects', { nonsense: true })).status).toBe(401);
});
