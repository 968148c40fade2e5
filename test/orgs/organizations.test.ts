import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { nowhere } from '../kit/nowhere.ts';

it('is created by anyone who is signed in, with the system roles and a slug of its own', async ({ owner }) => {
  const made = await owner.in(null).post('/user/orgs', { name: 'Ötzi & Co', slug: 'otzi' });
  expect([made.status, made.at('slug'), made.at('myRole.name'), made.at('status')]).toEqual([
    201,
    'otzi',
    'Owner',
    'active',
  ]);
  const generated = await owner.in(null).post('/user/orgs', { name: 'Ötzi & Co' });
  expect(generated.at('slug')).toBe('otzi-co');
  expect((await owner.in(null).post('/user/orgs', { name: 'Otzi Co' })).text('slug')).toMatch(/^otzi-co-[0-9a-f]{6}$/);
  expect((await owner.in(null).post('/user/orgs', { name: 'Admin' })).text('slug')).toMatch(/^admin-[0-9a-f]{6}$/);
  const taken = await owner.in(null).post('/user/orgs', { name: 'Another', slug: 'otzi' });
  expect([taken.status, taken.at('error.details.field'), taken.at('error.details.constraint')]).toEqual([
    409,
    'slug',
    'unique',
  ]);
  const mine = await owner.in(null).get('/user/orgs?limit=1');
  expect([mine.at('data.0.name'), mine.at('data.0.myRole.name'), mine.at('has_more')]).toEqual([
    'Admin',
    'Owner',
    true,
  ]);
  expect((await owner.in('otzi').get('/roles')).at('data.3.name')).toBe('Owner');
});

it.for([
  [{ name: 'X' }, 'name', 'min_length'],
  [{ name: 'X'.repeat(101) }, 'name', 'max_length'],
  [{ name: 'Fine', slug: 'ab' }, 'slug', 'min_length'],
  [{ name: 'Fine', slug: 'Upper' }, 'slug', 'format'],
  [{ name: 'Fine', slug: 'a'.repeat(51) }, 'slug', 'max_length'],
  [{ name: 'Fine', slug: 'api' }, 'slug', 'reserved'],
])('refuses %j', async ([body, field, constraint], { owner }) => {
  const answer = await owner.in(null).post('/user/orgs', body);
  expect([answer.status, answer.at('error.details.field'), answer.at('error.details.constraint')]).toEqual([
    400,
    field,
    constraint,
  ]);
});

it('refuses a reserved slug at sign-up too', async ({ ocore }) => {
  const answer = await new Client(ocore.url, null, null).post('/auth/signup', {
    email: 'r@example.com',
    password: 'correct horse 1',
    name: 'R',
    organizationSlug: 'settings',
  });
  expect([answer.status, answer.at('error.details.constraint')]).toEqual([400, 'reserved']);
});

it('is renamed; the old slug leads nowhere, even for who is connected', async ({ ocore, owner }) => {
  const chief = await ocore.owner('chief');
  const viewer = await ocore.member(chief, 'Viewer');
  expect((await viewer.put('/org', { name: 'Mine' })).status).toBe(403);
  const { id: server } = {
    id: (
      await chief.post('/servers', {
        name: 'One',
        ...nowhere,
      })
    ).text('id'),
  };
  const events = viewer.subscribe('subscription ($id: ID!) { serverUpdated(id: $id) { id } }', { id: server });
  expect((await events.next()).done).toBe(false);
  const closed = (async () => {
    for await (const _ of events);
  })().catch(() => {});
  const renamed = await chief.put('/org', {
    name: 'Renamed',
    slug: 'renamed-one',
    logoUrl: 'https://example.com/logo.png',
  });
  expect([renamed.status, renamed.at('slug'), renamed.at('logoUrl')]).toEqual([
    200,
    'renamed-one',
    'https://example.com/logo.png',
  ]);
  await closed;
  expect([(await chief.get('/org')).status, (await chief.in('renamed-one').get('/org')).at('name')]).toEqual([
    404,
    'Renamed',
  ]);
  expect((await chief.in('renamed-one').patch('/org', { logoUrl: null })).at('logoUrl')).toBeNull();
  expect(
    (await chief.in('renamed-one').patch('/org', { logoUrl: 'javascript:alert(1)' })).at('error.details.field'),
  ).toBe('logoUrl');
  expect((await chief.in('renamed-one').patch('/org', { slug: owner.org })).status).toBe(409);
});

it('requires of everybody only what its Owner meets', async ({ ocore, owner }) => {
  const chief = await ocore.owner('strict');
  const viewer = await ocore.member(chief, 'Viewer');
  const key = await chief.newKey(['view:projects']);
  const early = await chief.put('/org/settings', { requireTwoFactor: true });
  expect([early.status, early.at('error.code')]).toEqual([403, 'two_factor_required']);
  // As signing in with a second factor leaves it.
  await ocore.sql('UPDATE sessions SET strong = true WHERE user_id = (SELECT id FROM users WHERE email = $1)', [
    chief.email,
  ]);
  const on = await chief.put('/org/settings', { requireTwoFactor: true, auditRetentionDays: 90, sessionMaxHours: 12 });
  expect(on.body).toEqual({
    auditRetentionDays: 90,
    requireTwoFactor: true,
    requirePasskey: false,
    sessionMaxHours: 12,
  });
  expect((await chief.put('/org/settings', { requirePasskey: true })).at('error.details.method')).toBe('passkey');
  expect([
    (await viewer.get('/projects')).at('error.code'),
    (await chief.get('/projects')).status,
    (await chief.withKey(key.key).get('/projects')).status,
  ]).toEqual(['two_factor_required', 200, 200]);
  await ocore.sql(
    "UPDATE sessions SET created_at = now() - interval '13 hours' WHERE user_id = (SELECT id FROM users WHERE email = $1)",
    [chief.email],
  );
  expect((await chief.get('/projects')).at('error.code')).toBe('reauthentication_required');
  expect((await owner.put('/org/settings', { auditRetentionDays: 29 })).at('error.details.constraint')).toBe('min');
});

it('changes hands', async ({ ocore, owner }) => {
  const chief = await ocore.owner('giver');
  const developer = await ocore.member(chief, 'Developer');
  const memberId = await chief.memberIdOf(developer.email);
  expect((await developer.post('/org/transfer', { memberId })).status).toBe(403);
  expect([
    (await chief.post('/org/transfer', { memberId: await chief.memberIdOf(chief.email) })).status,
    (await chief.post('/org/transfer', { memberId: await owner.memberIdOf(owner.email) })).status,
  ]).toEqual([409, 404]);
  await ocore.sql(
    "UPDATE sessions SET created_at = now() - interval '16 minutes' WHERE user_id = (SELECT id FROM users WHERE email = $1)",
    [chief.email],
  );
  expect([
    (await chief.post('/org/transfer', { memberId })).at('error.code'),
    (await chief.delete('/org', { confirmSlug: chief.org })).at('error.code'),
  ]).toEqual(['reauthentication_required', 'reauthentication_required']);
  const give = () => chief.post('/org/transfer', { memberId, password: 'correct horse 1' });
  const both = await Promise.all([give(), give()]);
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 403]);
  expect([(await developer.get('/org')).at('myRole.name'), (await chief.get('/org')).at('myRole.name')]).toEqual([
    'Owner',
    'Admin',
  ]);
  expect((await chief.delete('/org', { confirmSlug: chief.org })).status).toBe(403);
});
