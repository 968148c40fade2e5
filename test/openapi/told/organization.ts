import { newId } from '../../../src/ids.ts';
import { Client } from '../../kit/client.ts';
import { type Scene, signedIn } from './scene.ts';

/** An organization beside the first, settings, and roles of its own. */
export async function tellOrganization({ story }: Scene, ada: Client): Promise<void> {
  await story.tell('GET /user/orgs', ada);
  await story.tell('GET /org', ada);
  await story.tell('PUT /org', ada);
  await story.tell('PATCH /org', ada);
  await story.tell('GET /org/settings', ada);
  await story.tell('GET /permissions', ada);
  await story.tell('POST /roles', ada);
  await story.tell('GET /roles', ada);
  await story.tell('GET /roles/{id}', ada);
  // Nobody has it yet.
  await story.tell('PUT /roles/{id}', ada, { free: ['memberCount', 'assignmentCount'] });
  await story.tell('PATCH /roles/{id}', ada, { free: ['memberCount', 'assignmentCount'] });
}

/** Who joins: by e-mail and by link. Needs a role and a project. */
export async function tellMembers({ story, ocore, anonymous }: Scene, ada: Client): Promise<void> {
  const grace = signedIn(
    ocore,
    await anonymous.post('/auth/signup', {
      email: 'grace@example.com',
      password: 'correct horse 1',
      name: 'Ada Lovelace',
    }),
    'grace@example.com',
  );
  await story.tell('POST /members/invite', ada);
  await story.tell('GET /invitations', ada);
  await story.tell('POST /invitations/{id}/resend', ada);
  await story.tell('POST /invitations/accept', grace, { body: { token: await ocore.invitationTo(grace.email) } });
  await ada.post('/members/invite', { email: 'late@example.com', roleId: await ada.roleId('Viewer') });
  story.at('/invitations/{id}', (await ada.get('/invitations?status=pending')).text('data.0.id'));
  await story.tell('DELETE /invitations/{id}', ada);

  story.at('/members/{id}', await ada.memberIdOf(grace.email));
  await story.tell('POST /members/{id}/assignments', ada);
  await story.tell('GET /members', ada, { query: '?search=grace' });
  await story.tell('GET /members/{id}', ada);
  await story.tell('GET /members/{id}/assignments', ada);
  await story.tell('PUT /members/{id}/role', ada, { free: ['email', 'avatarUrl'] });
  await story.tell('DELETE /members/{id}/assignments/{assignmentId}', ada);
  await story.tell('POST /members/leave', grace.in(ada.org));

  await story.tell('POST /invite-links', ada);
  await story.tell('GET /invite-links', ada);
  await story.tell('POST /invite-links/accept', grace);
  story.at('/members/{id}', await ada.memberIdOf(grace.email));
  await story.tell('DELETE /members/{id}', ada);
  await story.tell('DELETE /invite-links/{id}', ada);
}

/** A webhook endpoint, and a delivery as a worker leaves it. */
export async function tellWebhooks({ story, ocore }: Scene, ada: Client): Promise<void> {
  const endpoint = await story.tell('POST /webhook-endpoints', ada, { free: ['signingSecret'] });
  await story.tell('GET /webhook-endpoints', ada);
  await story.tell('GET /webhook-endpoints/{id}', ada);
  await story.tell('PUT /webhook-endpoints/{id}', ada);
  await story.tell('PATCH /webhook-endpoints/{id}', ada);
  const attempt = { at: new Date().toISOString(), status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' };
  const [delivery] = await ocore.sql<{ id: string }>(
    `INSERT INTO webhook_deliveries (id, org_id, endpoint_id, event_id, event_type, resource_id, status, attempt_count, attempts, finished_at)
      SELECT $3::uuid, org_id, resource_id, event_id, type, resource_id, 'succeeded', 1, $2::jsonb, now()
      FROM outbox_events WHERE resource_id = $1 AND type = 'webhook_endpoint.tested' RETURNING id`,
    [endpoint.text('id'), JSON.stringify([{ ...attempt, durationMs: 84, error: null }]), newId()],
  );
  story.at('/webhook-deliveries/{id}', delivery?.id ?? '');
  const free = ['eventId', 'requestBody'];
  await story.tell('GET /webhook-endpoints/{id}/deliveries', ada, { free });
  await story.tell('GET /webhook-deliveries/{id}', ada, { free });
  await story.tell('POST /webhook-deliveries/{id}/replay', ada);
  await story.tell('POST /webhook-endpoints/{id}/test', ada);
  await story.tell('POST /webhook-endpoints/{id}/replay', ada);
  await story.tell('POST /webhook-endpoints/{id}/rotate-secret', ada, { free: ['signingSecret'] });
  await story.tell('DELETE /webhook-endpoints/{id}', ada);
}

/** A private image registry. */
export async function tellRegistries({ story }: Scene, ada: Client): Promise<void> {
  await story.tell('POST /registries', ada);
  await story.tell('GET /registries', ada);
  await story.tell('GET /registries/{id}', ada);
  await story.tell('PATCH /registries/{id}', ada);
  await story.tell('DELETE /registries/{id}', ada);
}

/** Keys of programs. The documented addresses are not this machine's, so that one key more is needed to ask about itself. */
export async function tellApiKeys({ story, ocore }: Scene, ada: Client): Promise<void> {
  const made = await story.tell('POST /api-keys', ada);
  await ocore.sql("UPDATE api_keys SET last_used_at = now(), last_used_ip = '203.0.113.7' WHERE id = $1", [
    made.text('id'),
  ]);
  await story.tell('GET /api-keys', ada);
  await story.tell('GET /api-keys/{id}', ada);
  await story.tell('PUT /api-keys/{id}', ada);
  await story.tell('PATCH /api-keys/{id}', ada);
  await story.tell('POST /api-keys/{id}/rotate', ada);
  await story.tell(
    'GET /api-keys/current',
    ada.withKey((await ada.newKey(['view:servers'], { allowedIps: ['127.0.0.0/8'] })).key),
  );
  await story.tell('DELETE /api-keys/{id}', ada);
  await story.tell('GET /events', ada, { query: '?types=project.created' });
  await story.tell('GET /event-types', ada, { free: ['data[].dataSchema', 'data[].example'] });
  await story.tell('GET /audit-logs', ada, { query: '?action=project.created' });
  await story.tell('GET /audit-logs/export', ada, { query: '?action=project.created' });
  await story.tell('GET /audit-logs/members', ada, { query: '?action=auth.login', free: ['data[].afterState'] });
  await story.tell('GET /audit-logs/anchors', ada, { free: ['anchors'] });
}

/** The last things: settings that ask for more, another owner, the end. */
export async function tellOrganizationEnd({ story, ocore }: Scene, ada: Client): Promise<void> {
  await story.tell('DELETE /roles/{id}', ada);
  await story.tell('PUT /org/settings', ada);
  await story.tell('PATCH /org/settings', ada);
  const made = await story.tell('POST /user/orgs', ada, { body: { slug: 'example-asia' } });
  const asia = ada.in(made.text('slug'));
  const heir = await ocore.member(asia, 'Admin');
  story.at('/members/{id}', await asia.memberIdOf(heir.email));
  await story.tell('POST /org/transfer', asia, { free: ['slug', 'logoUrl'] });
  await story.tell('DELETE /org', new Client(ocore.url, heir.token, asia.org), {
    body: { confirmSlug: 'example-asia' },
  });
}
