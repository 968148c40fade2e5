import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { holding, until, waiting } from '../kit/holding.ts';
import { Ocore } from '../kit/ocore.ts';

const accept = (client: Client, token: string) => client.in(null).post('/invitations/accept', { token });
const invite = async (owner: Client, email: string, role = 'Viewer', rest: Record<string, unknown> = {}) =>
  owner.post('/members/invite', { email, roleId: await owner.roleId(role), ...rest });

it('invites an address, whose person alone can accept, once', async ({ ocore, owner }) => {
  const [guest, other] = [await ocore.owner('guest'), await ocore.owner('other')];
  const invited = await invite(owner, guest.email.toUpperCase(), 'Developer', { expiresInDays: 2 });
  expect([
    invited.status,
    invited.at('email'),
    invited.at('status'),
    invited.at('role.name'),
    invited.at('invitedBy.email'),
  ]).toEqual([201, guest.email, 'pending', 'Developer', owner.email]);
  const token = await ocore.invitationTo(guest.email);
  expect(JSON.stringify([invited.body, (await owner.get('/invitations')).body])).not.toContain(token);

  expect((await accept(other, token)).status).toBe(403);
  expect((await accept(guest, `${token}x`)).status).toBe(404);
  expect((await accept(new Client(ocore.url, null, null), token)).status).toBe(401);
  const both = await Promise.all([accept(guest, token), accept(guest, token)]);
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
  expect((await guest.in(owner.org).get('/org')).at('myRole.name')).toBe('Developer');
  expect((await owner.get('/invitations?status=accepted')).at('data.0.email')).toBe(guest.email);
  const [user] = await ocore.sql<{ verified: boolean }>(
    'SELECT email_verified_at IS NOT NULL AS verified FROM users WHERE email = $1',
    [guest.email],
  );
  expect(user?.verified).toBe(true);
  expect((await invite(owner, guest.email)).at('error.message')).toBe(`${guest.email} is already a member`);
});

it('refuses a second invitation, sends the first again with a new token, and takes it back', async ({
  ocore,
  owner,
}) => {
  const guest = await ocore.owner('again');
  const both = await Promise.all([invite(owner, guest.email), invite(owner, guest.email)]);
  expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
  const first = await ocore.invitationTo(guest.email);
  const id = (await owner.get('/invitations?status=pending')).text('data.0.id');
  expect((await owner.post(`/invitations/${id}/resend`)).status).toBe(200);
  const second = await ocore.invitationTo(guest.email);
  expect(second).not.toBe(first);
  expect((await accept(guest, first)).status).toBe(404);
  expect((await owner.delete(`/invitations/${id}`)).status).toBe(200);
  expect((await accept(guest, second)).at('error.details.state')).toBe('cancelled');
  expect([
    (await owner.delete(`/invitations/${id}`)).status,
    (await owner.post(`/invitations/${id}/resend`)).status,
  ]).toEqual([409, 409]);
  expect((await invite(owner, guest.email)).status).toBe(201);
});

it('expires, and can then be made anew', async ({ ocore, owner }) => {
  const guest = await ocore.owner('late');
  const { body } = await invite(owner, guest.email, 'Viewer', { expiresInDays: 1 });
  await ocore.sql("UPDATE invitations SET expires_at = now() - interval '1 second' WHERE email = $1", [guest.email]);
  expect((await accept(guest, await ocore.invitationTo(guest.email))).at('error.details.state')).toBe('expired');
  expect((await owner.get('/invitations?status=expired')).at('data.0.id')).toBe(Reflect.get(Object(body), 'id'));
  expect((await invite(owner, guest.email)).status).toBe(201);
  expect((await accept(guest, await ocore.invitationTo(guest.email))).status).toBe(200);
});

it('opens the door of a closed installation, to the invited address alone', async ({ ocore, owner }) => {
  const closed = await Ocore.start({
    DATABASE_URL: ocore.running.databaseUrl,
    SIGNUP_OPEN: 'false',
    DATA_DIR: ocore.dir,
  });
  try {
    const email = 'newcomer@example.com';
    await invite(owner, email, 'Viewer');
    const invitationToken = await ocore.invitationTo(email);
    const door = new Client(closed.url, null, null);
    const person = { email, password: 'correct horse 1', name: 'Newcomer' };
    expect((await door.post('/auth/signup', person)).status).toBe(403);
    expect((await door.post('/auth/signup', { ...person, email: 'else@example.com', invitationToken })).status).toBe(
      403,
    );
    expect((await door.post('/auth/signup', { ...person, invitationToken: 'ocore_i_made-up' })).status).toBe(404);
    const joined = await door.post('/auth/signup', { ...person, invitationToken });
    expect([joined.status, joined.at('organizations.0.slug'), joined.at('organizations.1')]).toEqual([
      201,
      owner.org,
      undefined,
    ]);
    expect((await door.post('/auth/signup', { ...person, email: 'two@example.com', invitationToken })).status).toBe(
      409,
    );
    expect((await new Client(ocore.url, joined.text('accessToken'), owner.org).get('/org')).at('myRole.name')).toBe(
      'Viewer',
    );
  } finally {
    await closed.stop();
  }
});

it('invites into single projects', async ({ ocore, owner }) => {
  const [mine, theirs] = [
    (await owner.post('/projects', { name: 'Open one' })).text('id'),
    (await owner.post('/projects', { name: 'Closed one' })).text('id'),
  ];
  const guest = await ocore.member(owner, 'Developer', { projectIds: [mine] });
  expect([(await guest.get(`/projects/${mine}`)).status, (await guest.get(`/projects/${theirs}`)).status]).toEqual([
    200, 404,
  ]);
  const servers = await guest.get('/servers');
  expect([servers.status, servers.at('data')]).toEqual([200, []]);
  expect(
    (
      await owner.post('/members/invite', {
        email: 'o@example.com',
        roleId: await owner.roleId('Owner'),
        projectIds: [mine],
      })
    ).at('error.details.field'),
  ).toBe('projectIds');
});

it('is worth no more than whoever invited is now', async ({ ocore, owner }) => {
  const admin = await ocore.member(owner, 'Admin');
  const guest = await ocore.owner('door');
  await admin.post('/members/invite', { email: guest.email, roleId: await owner.roleId('Admin') });
  const link = await admin.post('/invite-links', { roleId: await owner.roleId('Admin') });
  expect((await owner.delete(`/members/${await owner.memberIdOf(admin.email)}`)).status).toBe(200);
  const ways = [
    await accept(guest, await ocore.invitationTo(guest.email)),
    await admin.in(null).post('/invite-links/accept', { code: link.text('code') }),
  ];
  expect(ways.map((answer) => [answer.status, answer.at('error.details.constraint')])).toEqual([
    [409, 'inviter'],
    [409, 'inviter'],
  ]);
  expect((await admin.get('/org')).status).toBe(404);
});

it('lets as many join by a link as it says, until it is revoked', async ({ ocore, owner }) => {
  const link = await owner.post('/invite-links', {
    roleId: await owner.roleId('Viewer'),
    maxUses: 2,
    expiresInDays: 1,
  });
  expect([link.status, link.at('maxUses'), link.at('useCount'), link.at('status')]).toEqual([201, 2, 0, 'active']);
  const code = link.text('code');
  expect(link.text('url')).toContain(code);
  const people = [
    await ocore.owner('one'),
    await ocore.owner('two'),
    await ocore.owner('three'),
    await ocore.owner('four'),
  ];
  const answers = await Promise.all(people.map((person) => person.in(null).post('/invite-links/accept', { code })));
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 409, 409]);
  const listed = await owner.get('/invite-links');
  expect([listed.at('data.0.useCount'), listed.at('data.0.status'), listed.at('data.0.code')]).toEqual([
    2,
    'used_up',
    undefined,
  ]);

  const open = await owner.post('/invite-links', { roleId: await owner.roleId('Viewer') });
  const again = people[answers.findIndex((answer) => answer.status === 200)];
  expect((await again?.in(null).post('/invite-links/accept', { code: open.text('code') }))?.status).toBe(409);
  expect((await owner.get('/invite-links')).at('data.0.useCount')).toBe(0);
  expect((await owner.delete(`/invite-links/${open.text('id')}`)).status).toBe(200);
  const late = people[answers.findIndex((answer) => answer.status === 409)];
  expect(
    (await late?.in(null).post('/invite-links/accept', { code: open.text('code') }))?.at('error.details.state'),
  ).toBe('revoked');
  expect((await owner.post('/invite-links', { roleId: await owner.roleId('Owner') })).status).toBe(422);
});

it('is refused where its role is deleted in that very moment', async ({ ocore, owner }) => {
  const memberId = await owner.memberIdOf(owner.email);
  const projectId = (await owner.post('/projects', { name: 'Offered' })).text('id');
  const offers = [
    (roleId: string) => owner.post('/members/invite', { email: 'in-between@example.com', roleId }),
    (roleId: string) => owner.post('/invite-links', { roleId }),
    (roleId: string) => owner.post(`/members/${memberId}/assignments`, { roleId, projectId }),
  ];
  for (const [index, offer] of offers.entries()) {
    const role = (await owner.post('/roles', { name: `Going ${index}`, permissionIds: ['view:projects'] })).text('id');
    await holding(
      ocore,
      'LOCK TABLE invitations, invite_links, role_assignments IN SHARE MODE',
      [],
      async (release) => {
        const answer = offer(role);
        await until(async () => (await waiting(ocore)) === 1);
        await ocore.sql('DELETE FROM roles WHERE id = $1', [role]);
        await release();
        expect([(await answer).status, (await answer).at('error.details.constraint')]).toEqual([409, 'reference']);
      },
    );
  }
});
