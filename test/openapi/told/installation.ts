import { expect } from 'vitest';
import { Client } from '../../kit/client.ts';
import { password, running, type Scene } from './scene.ts';

/** The administrator's view of everything. Needs an organization and an operation to show. */
export async function tellInstallation({ story, ocore, anonymous, admin }: Scene, ada: Client): Promise<void> {
  await story.tell('GET /admin/orgs', admin);
  await story.tell('GET /admin/orgs/{id}', admin);
  await story.tell('GET /admin/jobs', admin, { query: '?kind=instance.provision' });
  await story.tell('GET /admin/jobs/queue', admin);
  await story.tell('GET /admin/audit-logs', admin, { query: '?action=project.created' });
  await story.tell('GET /admin/jobs/queues', admin);
  await ocore.sql(
    "INSERT INTO mails (id, recipient, subject, attempts, last_error, failed_at) VALUES ('0197a1f6-2f4d-7c31-8a52-6b0f9d7e4c10', 'ada@example.com', 'Your invitation to Acme', 34, 'connect ECONNREFUSED', now())",
  );
  await story.tell('GET /admin/jobs/dead-mails', admin);
  await story.tell('GET /admin/health', admin, { free: ['migrations.latest'] });
  await story.tell('GET /admin/settings', admin, { free: ['sshNetworks'] });
  await story.tell('PATCH /admin/settings', admin);
  await admin.patch('/admin/settings', {
    signupOpen: true,
    smtpHost: null,
    smtpFrom: null,
    maxServers: null,
    maxInstances: null,
    brandName: null,
    brandLogoUrl: null,
    maintenanceMessage: null,
    sshNetworks: null,
  });
  const server = await ada.post('/servers', {
    name: 'paris-1',
    host: 'paris-1.example.com',
    sshUser: 'root',
    authMethod: 'password',
    sshPassword: 'secret',
  });
  story.at('/operations/{id}', server.text('operationId'));
  await running(ocore, server.text('operationId'));
  await story.tell('POST /admin/jobs/{id}/cancel', admin);
  await ocore.sql("UPDATE operations SET status = 'failed', finished_at = now() WHERE id = $1", [
    server.text('operationId'),
  ]);
  await story.tell('POST /admin/jobs/{id}/retry', admin);

  await story.tell('POST /admin/users', admin, { body: { email: 'new@example.com' } });
  await anonymous.post('/auth/login', { email: 'new@example.com', password });
  await story.tell('GET /admin/users', admin);
  await story.tell('GET /admin/users/{id}', admin);
  await story.tell('PUT /admin/users/{id}/administrator', admin, { free: ['email'] });
  await story.tell('POST /admin/users/{id}/deactivate', admin, { free: ['email'] });
  await story.tell('POST /admin/users/{id}/reactivate', admin, { free: ['email'] });
  await story.tell('DELETE /admin/users/{id}/sessions', admin);
  await story.tell('POST /admin/users/{id}/reset-second-factor', admin, { free: ['email'] });
  const signedFor = { free: ['accessToken', 'user.name', 'user.email'] };
  const begun = await story.tell('POST /admin/users/{id}/impersonate', admin, signedFor);
  await story.tell('DELETE /user/impersonation', new Client(ocore.url, begun.text('accessToken'), null));
  story.at(
    '/admin/impersonations/{id}',
    (await story.tell('POST /admin/users/{id}/impersonate', admin, signedFor)).text('sessionId'),
  );
  await story.tell('GET /admin/sessions', admin);
  await story.tell('DELETE /admin/impersonations/{id}', admin);
  const again = await anonymous.post('/auth/login', { email: 'new@example.com', password });
  expect(again.status).toBe(200);
  story.at('/admin/sessions/{id}', (await admin.get('/admin/sessions')).text('data.0.id'));
  await story.tell('DELETE /admin/sessions/{id}', admin);

  const person = (await admin.get('/admin/users?search=new@example.com')).text('data.0.id');
  const organization = await story.tell('POST /admin/orgs', admin, {
    body: { ownerUserId: person, slug: 'northwind' },
    free: ['quotas.maxServers', 'quotas.maxInstances'],
  });
  story.at('/admin/orgs/{id}', organization.text('id'));
  await story.tell('PATCH /admin/orgs/{id}/quotas', admin);
  const other = await ocore.owner('member');
  const userId = (await admin.get(`/admin/users?search=${other.email}`)).text('data.0.id');
  const joined = await story.tell('POST /admin/orgs/{id}/members', admin, {
    body: { userId },
    free: ['name', 'email', 'role.name'],
  });
  story.at('/admin/orgs/{id}/members/{memberId}', joined.text('id'));
  await story.tell('GET /admin/orgs/{id}/members', admin);
  await story.tell('DELETE /admin/orgs/{id}/members/{memberId}', admin);
  await story.tell('POST /admin/orgs/{id}/deactivate', admin);
  await story.tell('POST /admin/orgs/{id}/reactivate', admin);
  const { id } = await other.newKey(['view:projects']);
  story.at('/admin/api-keys/{id}', id);
  await story.tell('GET /admin/api-keys', admin);
  await story.tell('DELETE /admin/api-keys/{id}', admin);
  await story.tell('DELETE /admin/orgs/{id}', admin, { body: { confirmSlug: 'northwind' } });
}
