import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { holding, until, waiting } from '../kit/holding.ts';
import { nowhere } from '../kit/nowhere.ts';

const project = async (owner: Client, name: string): Promise<string> =>
  (await owner.post('/projects', { name })).text('id');

it('is shown once, works in its organization, and notes its use', async ({ ocore, owner }) => {
  const made = await owner.post('/api-keys', {
    name: 'CI',
    permissions: ['manage:projects', 'view:servers'],
    expiresAt: new Date(Date.now() + 3600_000).toISOString(),
  });
  expect([made.status, made.at('scope'), made.at('status'), made.at('createdBy.email'), made.at('lastUsedAt')]).toEqual(
    [201, 'organization', 'active', owner.email, null],
  );
  const key = made.text('key');
  expect(key).toMatch(/^ocore_k_[0-9A-Za-z]{36}$/);
  const bot = owner.withKey(key);
  expect([
    (await bot.post('/projects', { name: 'By key' })).status,
    (await bot.in(null).get('/projects')).status,
    (await bot.post('/servers', { name: 'No', host: 'h', sshUser: 'u' })).status,
  ]).toEqual([201, 200, 403]);
  const current = await owner.withKey(key).get('/api-keys/current');
  expect([current.at('id'), current.at('name')]).toEqual([made.at('id'), 'CI']);
  expect((await owner.get('/api-keys/current')).status).toBe(404);
  await expect
    .poll(async () => (await owner.get(`/api-keys/${made.text('id')}`)).at('lastUsedIp'))
    .toMatch(/127\.0\.0\.1/);
  const everything = JSON.stringify([
    (await owner.get('/api-keys')).body,
    (await owner.graphql('{ apiKeys { nodes { key prefix name } } }')).body,
    await ocore.sql('SELECT * FROM api_keys'),
    await ocore.sql('SELECT * FROM audit_entries'),
  ]);
  expect(everything).toContain(key.slice(0, 14));
  expect(everything).not.toContain(key.slice(8, 30));
});

it('is refused when it is mistyped, unknown, expired or revoked', async ({ ocore, owner }) => {
  const { id, key } = await owner.newKey(['view:projects']);
  const swapped = key.slice(0, -8) + (key.at(-8) === 'a' ? 'b' : 'a') + key.slice(-7);
  expect([
    (await owner.withKey(swapped).get('/projects')).status,
    (await owner.withKey(`${key}x`).get('/projects')).status,
    (await owner.withKey('ocore_k_abc123').get('/projects')).status,
  ]).toEqual([401, 401, 401]);
  await ocore.sql("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", [id]);
  expect([
    (await owner.withKey(key).get('/projects')).status,
    (await owner.get(`/api-keys/${id}`)).at('status'),
    (await owner.post(`/api-keys/${id}/rotate`)).status,
  ]).toEqual([401, 'expired', 409]);
  const second = await owner.newKey(['view:projects']);
  expect((await owner.delete(`/api-keys/${second.id}`)).status).toBe(200);
  expect((await owner.withKey(second.key).get('/projects')).status).toBe(401);
  expect([
    (await owner.delete(`/api-keys/${second.id}`)).status,
    (await owner.patch(`/api-keys/${second.id}`, { name: 'X' })).status,
  ]).toEqual([409, 409]);
  const shown = JSON.stringify((await owner.get('/api-keys')).body);
  expect([
    shown.includes(second.id),
    JSON.stringify((await owner.get('/api-keys?include_revoked=true')).body).includes(second.id),
  ]).toEqual([false, true]);
});

it('never does more than its maker may at that moment', async ({ ocore, owner }) => {
  const developer = await ocore.member(owner, 'Developer');
  const memberId = await owner.memberIdOf(developer.email);
  const { key } = await developer.newKey(['manage:projects', 'view:members']);
  const bot = owner.withKey(key);
  const change = async (role: string) => owner.put(`/members/${memberId}/role`, { roleId: await owner.roleId(role) });
  expect((await bot.post('/projects', { name: 'While I may' })).status).toBe(201);
  await change('Viewer');
  expect([(await bot.post('/projects', { name: 'No more' })).status, (await bot.get('/projects')).status]).toEqual([
    403, 200,
  ]);
  await change('Developer');
  expect((await bot.post('/projects', { name: 'Again' })).status).toBe(201);
  await ocore.sql('UPDATE users SET deactivated_at = now() WHERE email = $1', [developer.email]);
  expect((await bot.get('/projects')).status).toBe(401);
  await ocore.sql('UPDATE users SET deactivated_at = NULL WHERE email = $1', [developer.email]);
  expect((await bot.get('/projects')).status).toBe(200);
  await owner.delete(`/members/${memberId}`);
  expect((await bot.get('/projects')).status).toBe(401);

  const refused = await (await ocore.member(owner, 'Viewer')).post('/api-keys', {
    name: 'Too much',
    permissions: ['view:projects', 'manage:servers'],
  });
  expect([refused.status, refused.at('error.details.missing')]).toEqual([403, ['manage:servers']]);
});

it('is revoked with the membership also when it is made in that very moment', async ({ ocore, owner }) => {
  const member = await ocore.member(owner, 'Developer');
  const memberId = await owner.memberIdOf(member.email);
  await holding(ocore, 'SELECT 1 FROM users WHERE email = $1 FOR UPDATE', [member.email], async (release) => {
    const made = member.newKey(['view:projects']);
    await until(async () => (await waiting(ocore)) === 1);
    let done = false;
    const removed = owner.delete(`/members/${memberId}`).finally(() => {
      done = true;
    });
    await until(async () => done || (await waiting(ocore)) === 2);
    await release();
    expect((await removed).status).toBe(200);
    const link = await owner.post('/invite-links', { roleId: await owner.roleId('Developer') });
    expect((await member.in(null).post('/invite-links/accept', { code: link.text('code') })).status).toBe(200);
    expect((await owner.withKey((await made).key).get('/projects')).status).toBe(401);
  });
});

it('is not made in an organization that is being deleted', async ({ ocore }) => {
  const leaving = await ocore.owner('leaving');
  await ocore.sql("UPDATE organizations SET status = 'removing' WHERE slug = $1", [leaving.org]);
  const answer = await leaving.post('/api-keys', { name: 'Late', permissions: ['view:projects'] });
  expect([answer.status, answer.at('error.code')]).toEqual([409, 'invalid_state']);
});

it('stays in its projects', async ({ ocore, owner }) => {
  const [inside, outside] = [await project(owner, 'Inside'), await project(owner, 'Outside')];
  const { id, key } = await owner.newKey(['manage:projects', 'manage:environments'], { projectIds: [inside] });
  const bot = owner.withKey(key);
  expect((await owner.get(`/api-keys/${id}`)).at('scope')).toBe('project');
  expect([
    (await bot.patch(`/projects/${inside}`, { description: 'Mine' })).status,
    (await bot.get(`/projects/${outside}`)).status,
    (await bot.post('/projects', { name: 'New' })).status,
  ]).toEqual([200, 404, 403]);
  expect([(await bot.get('/projects')).at('data.0.id'), (await bot.get('/projects')).at('data.1')]).toEqual([
    inside,
    undefined,
  ]);
  expect((await bot.post('/environments', { projectId: outside, name: 'x', type: 'staging' })).status).toBe(404);

  const wide = await owner.post('/api-keys', { name: 'Wide', permissions: ['manage:servers'], projectIds: [inside] });
  expect([wide.status, wide.at('error.details.constraint')]).toEqual([400, 'project_permission']);
  const stranger = await ocore.owner('stranger');
  expect(
    (await stranger.post('/api-keys', { name: 'Theirs', permissions: ['view:projects'], projectIds: [inside] })).status,
  ).toBe(404);
  // Who works in single projects makes keys for those.
  const guest = await ocore.member(owner, 'Developer', { projectIds: [inside] });
  expect(
    (await guest.post('/api-keys', { name: 'Out', permissions: ['view:projects'], projectIds: [outside] })).status,
  ).toBe(404);
  const own = owner.withKey((await guest.newKey(['manage:projects'])).key);
  expect([(await own.get(`/projects/${inside}`)).status, (await own.get(`/projects/${outside}`)).status]).toEqual([
    200, 404,
  ]);
});

it('works from its addresses only', async ({ owner }) => {
  const { id, key } = await owner.newKey(['view:projects'], { allowedIps: ['203.0.113.0/24', '2001:db8::1'] });
  expect((await owner.withKey(key).get('/projects')).status).toBe(403);
  expect((await owner.patch(`/api-keys/${id}`, { allowedIps: ['127.0.0.0/8', '::1'] })).status).toBe(200);
  expect((await owner.withKey(key).get('/projects')).status).toBe(200);
  for (const wrong of ['300.1.1.1', '10.0.0.0/33', '1', 'example.com']) {
    expect(
      (await owner.post('/api-keys', { name: 'X', permissions: ['view:projects'], allowedIps: [wrong] })).at(
        'error.details.constraint',
      ),
    ).toBe('ip_range');
  }
});

it('is rotated with an overlap, or without', async ({ ocore, owner }) => {
  const { id, key: first } = await owner.newKey(['view:projects']);
  const rotated = await owner.post(`/api-keys/${id}/rotate`, { overlapHours: 168 });
  const second = rotated.text('key');
  const works = async (key: string) => (await owner.withKey(key).get('/projects')).status;
  expect([await works(first), await works(second)]).toEqual([200, 200]);
  await ocore.sql("UPDATE api_keys SET previous_expires_at = now() - interval '1 second' WHERE id = $1", [id]);
  expect([await works(first), await works(second)]).toEqual([401, 200]);
  const third = (await owner.post(`/api-keys/${id}/rotate`, { overlapHours: 0 })).text('key');
  expect([await works(second), await works(third)]).toEqual([401, 200]);
  expect((await owner.post(`/api-keys/${id}/rotate`, { overlapHours: 169 })).at('error.details.field')).toBe(
    'overlapHours',
  );
  const both = await Promise.all([
    owner.post(`/api-keys/${id}/rotate`, { overlapHours: 1 }),
    owner.post(`/api-keys/${id}/rotate`, { overlapHours: 1 }),
  ]);
  expect((await Promise.all(both.map((answer) => works(answer.text('key'))))).sort()).toEqual([200, 200]);
});

it('closes its sockets when it is revoked, and when the secret that opened them ends', async ({ ocore, owner }) => {
  const query = 'subscription ($id: ID!) { serverUpdated(id: $id) { id } }';
  const server = await owner.post('/servers', {
    name: 'Watched',
    ...nowhere,
  });
  const overlapEnds = async (id: string) => {
    await owner.post(`/api-keys/${id}/rotate`, { overlapHours: 1 });
    await ocore.sql("UPDATE api_keys SET previous_expires_at = now() + interval '1 second' WHERE id = $1", [id]);
    return owner.patch(`/api-keys/${id}`, { name: 'Its sockets look again' });
  };
  for (const end of [
    (id: string) => owner.delete(`/api-keys/${id}`),
    (id: string) => owner.post(`/api-keys/${id}/rotate`),
    overlapEnds,
  ]) {
    const { id, key } = await owner.newKey(['view:servers']);
    const events = owner.withKey(key).subscribe(query, { id: server.text('id') });
    expect((await events.next()).done).toBe(false);
    const closed = (async () => {
      for await (const _ of events);
    })().catch(() => {});
    expect((await end(id)).status).toBe(200);
    await closed;
  }
});

it('belongs to its maker: others see and change it with the permission only', async ({ ocore, owner }) => {
  const [developer, viewer, admin] = [
    await ocore.member(owner, 'Developer'),
    await ocore.member(owner, 'Viewer'),
    await ocore.member(owner, 'Admin'),
  ];
  const { id, key } = await developer.newKey(['manage:projects']);
  expect([(await developer.get('/api-keys')).at('data.0.id'), (await developer.get('/api-keys')).at('data.1')]).toEqual(
    [id, undefined],
  );
  const second = await ocore.member(owner, 'Developer');
  expect([
    (await second.get(`/api-keys/${id}`)).status,
    (await second.delete(`/api-keys/${id}`)).status,
    (await second.get('/api-keys')).at('data.0'),
  ]).toEqual([404, 404, undefined]);
  expect([
    (await viewer.get(`/api-keys/${id}`)).status,
    (await viewer.delete(`/api-keys/${id}`)).status,
    (await viewer.post(`/api-keys/${id}/rotate`)).status,
  ]).toEqual([200, 403, 403]);
  const more = await admin.patch(`/api-keys/${id}`, { permissions: ['manage:projects', 'manage:environments'] });
  expect([more.status, more.at('error.details.added')]).toEqual([403, ['manage:environments', 'view:environments']]);
  expect((await admin.patch(`/api-keys/${id}`, { permissions: ['view:projects'] })).status).toBe(200);
  expect((await owner.withKey(key).post('/projects', { name: 'Narrowed' })).status).toBe(403);
  expect(
    (await developer.patch(`/api-keys/${id}`, { permissions: ['manage:projects'], name: 'Wide again' })).status,
  ).toBe(200);
  expect((await developer.patch(`/api-keys/${id}`, { permissions: ['manage:servers'] })).status).toBe(403);
  expect((await admin.delete(`/api-keys/${id}`)).status).toBe(200);

  // Who may manage keys does not take a stronger one into their hands.
  await owner.post('/roles', { name: 'Keys', permissionIds: ['manage:api_keys'] });
  const keeper = await ocore.member(owner, 'Keys');
  const strong = await owner.newKey(['manage:servers']);
  expect([
    (await keeper.post(`/api-keys/${strong.id}/rotate`)).status,
    (await keeper.patch(`/api-keys/${strong.id}`, { allowedIps: [] })).status,
    (await keeper.delete(`/api-keys/${strong.id}`)).status,
  ]).toEqual([403, 403, 200]);
});

it('gives a new secret to its maker only; a member who is removed keeps none', async ({ ocore, owner }) => {
  const admin = await ocore.member(owner, 'Admin');
  const { id, key } = await owner.newKey(['manage:projects']);
  const refused = await admin.post(`/api-keys/${id}/rotate`, { overlapHours: 168 });
  expect([refused.status, refused.at('error.code'), refused.at('error.details.constraint')]).toEqual([
    403,
    'forbidden',
    'maker',
  ]);
  expect(refused.text('error.message')).toContain('revoke it');
  const query = 'mutation ($id: ID!) { rotateApiKey(id: $id) { key } }';
  expect((await admin.graphql(query, { id })).at('errors.0.extensions.code')).toBe('forbidden');
  const byKey = owner.withKey((await admin.newKey(['manage:api_keys', 'manage:projects'])).key);
  expect((await byKey.post(`/api-keys/${id}/rotate`)).at('error.details.constraint')).toBe('maker');
  expect((await owner.withKey(key).get('/projects')).status).toBe(200);
  const own = owner.withKey((await owner.newKey(['manage:api_keys', 'manage:projects'])).key);
  const rotated = await own.post(`/api-keys/${id}/rotate`);
  expect([rotated.status, (await owner.withKey(rotated.text('key')).get('/projects')).status]).toEqual([200, 200]);
  expect((await owner.delete(`/members/${await owner.memberIdOf(admin.email)}`)).status).toBe(200);
  expect((await byKey.get('/projects')).status).toBe(401);
  const second = await ocore.member(owner, 'Admin');
  expect((await second.delete(`/api-keys/${id}`)).status).toBe(200);
  expect((await owner.withKey(rotated.text('key')).get('/projects')).status).toBe(401);
});

it('handles keys only with the permission, and passes all its own limits on', async ({ owner }) => {
  const plain = owner.withKey((await owner.newKey(['manage:projects'])).key);
  const other = await owner.newKey(['view:projects']);
  const refused = [
    await plain.post('/api-keys', { name: 'X', permissions: ['view:projects'] }),
    await plain.get('/api-keys'),
    await plain.get(`/api-keys/${other.id}`),
    await plain.post(`/api-keys/${other.id}/rotate`),
    await plain.delete(`/api-keys/${other.id}`),
  ];
  expect(refused.map((answer) => answer.status)).toEqual([403, 403, 403, 403, 403]);

  const ends = new Date(Date.now() + 3600_000).toISOString();
  const parent = owner.withKey(
    (await owner.newKey(['manage:api_keys', 'view:projects'], { expiresAt: ends, allowedIps: ['127.0.0.0/8', '::/0'] }))
      .key,
  );
  const child = (rest: Record<string, unknown>) =>
    parent.post('/api-keys', {
      name: 'Child',
      permissions: ['view:projects'],
      expiresAt: ends,
      allowedIps: ['127.0.0.1'],
      ...rest,
    });
  const wider = [
    await child({ permissions: ['manage:projects'] }),
    await child({ expiresAt: null }),
    await child({ allowedIps: null }),
    await child({ allowedIps: ['10.0.0.0/8'] }),
    await child({ expiresAt: new Date(Date.now() + 7200_000).toISOString() }),
    await parent.post(`/api-keys/${other.id}/rotate`),
  ];
  expect(wider.map((answer) => answer.status)).toEqual([403, 403, 403, 403, 403, 403]);
  const made = await child({});
  expect([made.status, (await owner.withKey(made.text('key')).get('/projects')).status]).toEqual([201, 200]);
});

it('does not do what only a person may', async ({ owner }) => {
  const all = (await owner.graphql('{ myPermissions }')).at('data.myPermissions');
  const bot = owner.withKey((await owner.newKey(Array.isArray(all) ? all : [])).key);
  const answers = [
    await bot.get('/user'),
    await bot.get('/user/orgs'),
    await bot.post('/user/orgs', { name: 'Another' }),
    await bot.post('/members/leave'),
    await bot.post('/invitations/accept', { token: 'x' }),
    await bot.post('/invite-links/accept', { code: 'x' }),
    await bot.post('/org/transfer', { memberId: await owner.memberIdOf(owner.email) }),
    await bot.delete('/org', { confirmSlug: owner.org }),
    await bot.put('/org/settings', { requireTwoFactor: true }),
    await bot.put('/org/settings', { sessionMaxHours: 1 }),
  ];
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 403));
  expect((await bot.put('/org/settings', { auditRetentionDays: 90 })).at('auditRetentionDays')).toBe(90);
});
