import { Client } from '../../kit/client.ts';
import { password, running, type Scene } from './scene.ts';

/** The administrator's view of everything. Needs an organization and an operation to show. */
export async function tellInstallation({ story, ocore, anonymous, admin }: Scene, ada: Client): Promise<void> {
  await story.tell('GET /admin/orgs', admin);
  await story.tell('GET /admin/orgs/{id}', admin);
  await story.tell('GET /admin/jobs', admin, { query: '?kind=instance.provision' });
  await story.tell('GET /admin/jobs/queue', admin);
  await story.tell('GET /admin/audit-logs', admin, { query: '?action=project.created' });
  await story.tell('GET /admin/settings', admin);
  await story.tell('PATCH /admin/settings', admin);
  await admin.patch('/admin/settings', { signupOpen: true });
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

  await story.tell('POST /admin/users', admin, { body: { email: 'new@example.com' } });
  const made = await anonymous.post('/auth/login', { email: 'new@example.com', password });
  await new Client(ocore.url, made.text('accessToken'), null).post('/user/orgs', { name: 'Her own' });
  await story.tell('GET /admin/users', admin);
  await story.tell('GET /admin/users/{id}', admin);
  await story.tell('PUT /admin/users/{id}/administrator', admin, { free: ['email'] });
  await story.tell('POST /admin/users/{id}/deactivate', admin, { free: ['email'] });
  await story.tell('POST /admin/users/{id}/reactivate', admin, { free: ['email'] });
  await story.tell('DELETE /admin/users/{id}/sessions', admin);
}
