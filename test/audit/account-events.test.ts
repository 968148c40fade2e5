import { expect } from 'vitest';
import { z } from 'zod';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const actionsOf = (answer: Answer): string[] =>
  z
    .array(z.object({ action: z.string() }))
    .parse(answer.at('data'))
    .map(({ action }) => action);

const signIn = (ocore: Ocore, person: Client, password: string) =>
  new Client(ocore.url, null, null).post('/auth/login', { email: person.email, password });

it('shows a person what happened to their own account, with where it came from, and nobody else’s', async ({
  ocore,
  owner,
}) => {
  const [ann, bob] = [await ocore.owner('ann'), await ocore.owner('bob')];
  await signIn(ocore, ann, 'wrong horse 1');
  await signIn(ocore, ann, 'correct horse 1');
  await signIn(ocore, bob, 'correct horse 1');
  const log = await ann.get('/user/security-log');
  expect(actionsOf(log)).toEqual(['auth.login', 'auth.login_failed', 'auth.signup']);
  expect(log.at('data.0')).toEqual(
    expect.objectContaining({
      resourceName: ann.email,
      userName: ann.email,
      ipAddress: '127.0.0.1',
      userAgent: expect.any(String),
    }),
  );
  expect(JSON.stringify(log.body)).not.toContain(bob.email);
  expect(actionsOf(await ann.get('/user/security-log?action=auth.login_failed'))).toEqual(['auth.login_failed']);
  expect(actionsOf(await ann.get('/user/security-log?end_date=2000-01-01T00:00:00Z'))).toEqual([]);
  // What the administrator does to it is seen, from where is not.
  const me = (await ann.get('/user')).text('id');
  await owner.delete(`/admin/users/${me}/sessions`);
  const again = new Client(ocore.url, (await signIn(ocore, ann, 'correct horse 1')).text('accessToken'), null);
  const ended = (await again.get('/user/security-log?action=user.sessions_ended')).at('data.0');
  expect(ended).toEqual(expect.objectContaining({ userName: 'owner', ipAddress: null, userAgent: null }));
  const key = await bob.newKey(['view:audit_logs']);
  expect((await bob.withKey(key.key).get('/user/security-log')).at('error.code')).toBe('forbidden');
});

it('shows Owners the account events of members, since they are members and as long as they are', async ({ ocore }) => {
  const chief = await ocore.owner('chief');
  const stranger = await ocore.owner('stranger');
  const joins = await ocore.owner('joins');
  await signIn(ocore, joins, 'correct horse 1');
  const member = await ocore.member(chief, 'Admin');
  await signIn(ocore, member, 'wrong horse 1');
  const listed = async (): Promise<[string, string | null][]> =>
    z
      .array(z.object({ action: z.string(), resourceName: z.string().nullable() }))
      .parse((await chief.get(`/audit-logs/members?limit=100`)).at('data'))
      .map(({ action, resourceName }) => [action, resourceName]);
  expect(await listed()).toContainEqual(['auth.login_failed', member.email]);
  expect(await listed()).not.toContainEqual([expect.any(String), joins.email]);

  const invited = await chief.post('/members/invite', { email: joins.email, roleId: await chief.roleId('Viewer') });
  expect(invited.status).toBe(201);
  const accepted = await joins.post('/invitations/accept', { token: await ocore.invitationTo(joins.email) });
  expect(accepted.status).toBeLessThan(300);
  expect(await listed()).not.toContainEqual(['auth.login', joins.email]);
  await signIn(ocore, joins, 'correct horse 1');
  expect(await listed()).toContainEqual(['auth.login', joins.email]);
  const id = (await chief.get('/audit-logs/members?action=auth.login')).text('data.0.id');
  const asNode = async (client: Client) =>
    (await client.graphql('query ($id: ID!) { node(id: $id) { id } }', { id })).at('data.node.id');
  expect([await asNode(chief), await asNode(member), await asNode(stranger), await asNode(joins)]).toEqual([
    id,
    undefined,
    undefined,
    id,
  ]);

  // Nobody but Owners, and nothing of who has left.
  expect((await member.get('/audit-logs/members')).at('error.details.role')).toBe('Owner');
  expect((await stranger.in(chief.org ?? '').get('/audit-logs/members')).status).toBe(404);
  expect(await stranger.get('/audit-logs/members')).not.toContain(joins.email);
  await chief.delete(`/members/${await chief.memberIdOf(joins.email)}`);
  expect(await listed()).not.toContainEqual([expect.any(String), joins.email]);
  expect(await asNode(chief)).toBe(undefined);
});

it('shows the administrator everything, and nobody else', async ({ ocore, owner }) => {
  const chief = await ocore.owner('other');
  await chief.post('/projects', { name: 'Of another organization' });
  const all = await owner.get('/admin/audit-logs?action=project.created');
  expect([all.at('data.0.resourceName'), all.text('data.0.orgId')]).toEqual([
    'Of another organization',
    expect.any(String),
  ]);
  const mine = await owner.get(`/admin/audit-logs?org_id=${all.text('data.0.orgId')}&search=another`);
  expect(actionsOf(mine)).toEqual(['project.created']);
  expect(actionsOf(await owner.get('/admin/audit-logs?action=auth.*'))).toContain('auth.signup');
  expect((await chief.get('/admin/audit-logs')).at('error.code')).toBe('forbidden');
});

it('names the administrator who acts on somebody’s behalf', async ({ ocore, owner }) => {
  await owner.post('/projects', { name: 'On behalf' });
  const { actor, administrator } = { actor: 'owner', administrator: 'Root' };
  const { writeEntry } = await import('../../src/audit/entry.ts');
  const { openDatabase } = await import('../../src/database/database.ts');
  const db = openDatabase(ocore.running.databaseUrl, 4, () => {});
  const [org] = await ocore.sql<{ id: string }>('SELECT id FROM organizations WHERE slug = $1', [owner.org]);
  const client = { requestId: 'req_behalf', ipAddress: '203.0.113.7', userAgent: 'test' };
  const root = { id: '0197a1f0-0000-7000-8000-00000000000c', name: administrator };
  await db.tenants.transaction(org?.id ?? '', (tx) =>
    writeEntry(tx, client, {
      orgId: org?.id ?? null,
      action: 'project.updated',
      resourceType: 'project',
      resourceId: null,
      resourceName: 'On behalf',
      actor: { type: 'user', id: null, name: actor, administrator: root },
      before: { name: 'Before', sshPassword: 'never to be read', nested: [{ apiToken: 'nor this', port: 22 }] },
    }),
  );
  await db.close();
  const entry = await owner.get('/audit-logs?action=project.updated&search=behalf');
  expect(entry.at('data.0')).toEqual(
    expect.objectContaining({
      userName: actor,
      administratorId: root.id,
      administratorName: administrator,
      beforeState: { name: 'Before', sshPassword: '[masked]', nested: [{ apiToken: '[masked]', port: 22 }] },
    }),
  );
  expect((await owner.get('/audit-logs/export?format=csv&search=behalf')).body).toContain(
    `,${root.id},${administrator},`,
  );
});
