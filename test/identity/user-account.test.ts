import { describe, expect } from 'vitest';
import { newApiKey } from '../../src/access/api-key.ts';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';

const password = 'correct horse 1';
it.beforeAll(async ({ ocore }) => {
  // The first one is the administrator, whom the others are not to be.
  await ocore.owner('admin');
});

const deleted = (person: Client, body: object = {}) => person.delete('/user', { confirmEmail: person.email, ...body });
/** Puts a person into another one's organization with a role. */
const join = (ocore: Ocore, person: Client, slug: string | null, role: string) =>
  ocore.sql(
    'INSERT INTO memberships (id, org_id, user_id, role_id) SELECT gen_random_uuid(), o.id, u.id, r.id FROM organizations o, users u, roles r WHERE o.slug = $1 AND u.email = $2 AND r.org_id = o.id AND r.name = $3',
    [slug, person.email, role],
  );
const orgExists = async (ocore: Ocore, slug: string | null) =>
  (await ocore.sql('SELECT 1 FROM organizations WHERE slug = $1', [slug])).length === 1;

describe('profile', () => {
  it('is read and changed', async ({ ocore }) => {
    const person = await ocore.owner('ann');
    expect((await person.get('/user')).body).toEqual({
      id: expect.any(String),
      email: person.email,
      emailVerified: false,
      name: 'ann',
      avatarUrl: null,
      isAdmin: false,
      hasPassword: true,
      totpEnabled: false,
      recoveryCodesLeft: 0,
      lastLoginAt: expect.any(String),
      createdAt: expect.any(String),
      impersonatedBy: null,
    });
    const changed = await person.patch('/user', { name: ' Ann Smith ', avatarUrl: 'https://example.com/ann.png' });
    expect([changed.at('name'), changed.at('avatarUrl')]).toEqual(['Ann Smith', 'https://example.com/ann.png']);
    expect((await person.patch('/user', { avatarUrl: null })).body).toMatchObject({
      name: 'Ann Smith',
      avatarUrl: null,
    });
  });

  it.for([
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ avatarUrl: 'http://example.com/a.png' }, 'avatarUrl'],
    [{ avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
    [{ isAdmin: true }, 'isAdmin'],
    [{ email: 'x@example.com' }, 'email'],
  ])('refuses %j', async ([body, field], { ocore }) => {
    const person = await ocore.owner('bob');
    const before = await person.get('/user');
    const answer = await person.patch('/user', body);
    expect([answer.status, answer.at('error.details.field')]).toEqual([400, field]);
    expect((await person.get('/user')).body).toEqual(before.body);
  });
});

describe('deletion', () => {
  it('takes the person, an empty organization, sessions and keys, and leaves the trail', async ({ ocore }) => {
    const person = await ocore.owner('cid');
    const { key, prefix, hash } = newApiKey();
    await ocore.sql(
      `INSERT INTO api_keys (id, org_id, user_id, name, prefix, hash, permissions) SELECT gen_random_uuid(), m.org_id, u.id, 'key', $2, $3, '{view:org}' FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.email = $1`,
      [person.email, prefix, hash],
    );
    expect((await new Client(ocore.url, key, null).get('/org')).status).toBe(200);
    expect((await person.delete('/user', { confirmEmail: 'other@example.com' })).at('error.details.field')).toBe(
      'confirmEmail',
    );
    await ocore.sql(
      "UPDATE sessions SET created_at = created_at - interval '16 minutes' WHERE user_id = (SELECT id FROM users WHERE email = $1)",
      [person.email],
    );
    expect((await deleted(person)).at('error.code')).toBe('reauthentication_required');
    expect((await deleted(person, { password: 'wrong' })).status).toBe(401);
    expect((await deleted(person, { password })).status).toBe(204);
    for (const client of [person, new Client(ocore.url, key, null)])
      expect((await client.get('/org')).status).toBe(401);
    const anonymous = new Client(ocore.url, null, null);
    expect((await anonymous.post('/auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    expect((await anonymous.post('/auth/login', { email: person.email, password })).status).toBe(401);
    expect(await orgExists(ocore, person.org)).toBe(false);
    const trail = await ocore.sql<{ action: string; actor_name: string }>(
      "SELECT action, actor_name FROM audit_entries WHERE resource_name = $1 AND action = 'auth.account_deleted' UNION ALL SELECT action, actor_name FROM audit_entries WHERE action = 'organization.deleted' ORDER BY 1",
      [person.email],
    );
    expect(trail).toEqual([
      { action: 'auth.account_deleted', actor_name: person.email },
      { action: 'organization.deleted', actor_name: 'cid' },
    ]);
    expect((await anonymous.post('/auth/signup', { email: person.email, password, name: 'Again' })).status).toBe(201);
  });

  it('is refused while the person is the last Owner of others or of something, and changes nothing then', async ({
    ocore,
  }) => {
    const owner = await ocore.owner('dan');
    const member = await ocore.owner('eve');
    await join(ocore, member, owner.org, 'Admin');
    const refused = await deleted(owner);
    expect([refused.status, refused.at('error.details')]).toEqual([
      409,
      {
        constraint: 'last_owner',
        organizations: [{ slug: owner.org, name: "dan's organization", otherMembers: 1, living: [] }],
      },
    ]);
    expect((await deleted(member)).status).toBe(204);
    expect(await orgExists(ocore, member.org)).toBe(false);
    await owner.post('/projects', { name: 'ERP' });
    expect((await deleted(owner)).at('error.details.organizations.0.living')).toEqual([{ type: 'project', count: 1 }]);
    expect((await owner.get('/org')).status).toBe(200);
    const left = await ocore.sql<{ actor_name: string }>(
      "SELECT a.actor_name FROM audit_entries a JOIN organizations o ON o.id = a.org_id WHERE a.action = 'member.left' AND o.slug = $1",
      [owner.org],
    );
    expect(left).toEqual([{ actor_name: 'eve' }]);
  });

  it('lets one of two Owners go who leave at the same time', async ({ ocore }) => {
    const [one, two] = [await ocore.owner('fay'), await ocore.owner('gil')];
    await join(ocore, two, one.org, 'Owner');
    await one.post('/projects', { name: 'ERP' });
    const answers = await Promise.all([deleted(one), deleted(two)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 409]);
    expect(await orgExists(ocore, one.org)).toBe(true);
  });

  it('is refused for the last administrator', async ({ ocore }) => {
    const answer = await new Client(ocore.url, null, null).post('/auth/login', {
      email: (await ocore.sql<{ email: string }>('SELECT email FROM users WHERE is_admin'))[0]?.email,
      password,
    });
    const admin = new Client(ocore.url, answer.text('accessToken'), null, '', answer.text('user.email'));
    expect((await deleted(admin)).at('error.details.constraint')).toBe('last_admin');
  });
});
