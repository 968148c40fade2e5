import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';

it('signs up with an organization and all its rights, and signs in again', async ({ ocore }) => {
  const owner = await ocore.owner('ann');
  expect((await owner.get('/user')).at('isAdmin')).toBe(true);
  expect((await owner.get('/org')).at('slug')).toBe(owner.org);
  expect((await owner.graphql('{ myPermissions }')).at('data.myPermissions')).toContain('manage:servers');
  const again = await new Client(ocore.url, null, null).post('/auth/login', {
    email: owner.email.toUpperCase(),
    password: 'correct horse 1',
  });
  expect(again.status).toBe(200);
  const wrong = await new Client(ocore.url, null, null).post('/auth/login', { email: owner.email, password: 'wrong' });
  const unknown = await new Client(ocore.url, null, null).post('/auth/login', {
    email: 'nobody@example.com',
    password: 'wrong',
  });
  expect([wrong.status, wrong.at('error')]).toEqual([
    401,
    { ...Object(unknown.at('error')), request_id: wrong.at('error.request_id') },
  ]);
});

it('refuses weak passwords and a second account of the same address', async ({ ocore }) => {
  const anonymous = new Client(ocore.url, null, null);
  expect(
    (await anonymous.post('/auth/signup', { email: 'b@example.com', password: 'short', name: 'B' })).at(
      'error.details.field',
    ),
  ).toBe('password');
  const owner = await ocore.owner('bob');
  expect(
    (await anonymous.post('/auth/signup', { email: owner.email, password: 'correct horse 1', name: 'B' })).status,
  ).toBe(409);
});

it('ends the session when a refresh token is used twice', async ({ ocore }) => {
  const owner = await ocore.owner('eve');
  const anonymous = new Client(ocore.url, null, null);
  const fresh = await anonymous.post('/auth/refresh', { refreshToken: owner.refreshToken });
  expect(fresh.status).toBe(200);
  expect((await anonymous.post('/auth/refresh', { refreshToken: owner.refreshToken })).status).toBe(401);
  expect((await anonymous.post('/auth/refresh', { refreshToken: fresh.text('refreshToken') })).status).toBe(401);
  expect((await new Client(ocore.url, fresh.text('accessToken'), owner.org).get('/org')).status).toBe(401);
});

it('takes tokens for as long as the operator says, which the cookie says, too', async () => {
  const brief = await Ocore.start({ OCORE_ROLE: 'gateway', JWT_ACCESS_EXPIRY: '1s', REFRESH_EXPIRY: '1s' });
  try {
    const owner = await brief.owner('brief');
    await sleep(1100);
    const expired = await owner.get('/user');
    expect([expired.status, expired.at('error.code')]).toEqual([401, 'token_expired']);
    const late = await owner.post('/auth/refresh', { refreshToken: owner.refreshToken });
    expect([late.status, late.at('error.code')]).toEqual([401, 'unauthenticated']);
    const credentials = { email: owner.email, password: 'correct horse 1' };
    const signedIn = await new Client(brief.url, null, null).request('POST', '/api/auth/login', credentials, {
      'x-ocore-session': 'cookie',
    });
    const refresh = signedIn.headers.getSetCookie().find((cookie) => cookie.startsWith('ocore_refresh='));
    expect(refresh).toContain('Max-Age=1;');
  } finally {
    await brief.stop();
  }
});

it('signs out at once', async ({ ocore }) => {
  const owner = await ocore.owner('jo');
  expect((await owner.post('/auth/logout')).status).toBe(200);
  expect((await owner.get('/org')).status).toBe(401);
});

it('gives a role only what it holds', async ({ ocore }) => {
  const owner = await ocore.owner('kim');
  await ocore.sql(
    `UPDATE memberships SET role_id = (SELECT r.id FROM roles r WHERE r.org_id = memberships.org_id AND r.name = 'Viewer') WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
    [owner.email],
  );
  expect((await owner.get('/projects')).status).toBe(200);
  const refused = await owner.post('/projects', { name: 'No' });
  expect([refused.status, refused.at('error.details.permission')]).toEqual([403, 'manage:projects']);
});
