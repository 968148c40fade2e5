import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { nowhere } from '../kit/nowhere.ts';

let admin: Client;

it.beforeAll(({ owner }) => {
  admin = owner;
});

it('switches maintenance on and off: reads work, changes wait, administrators pass', async ({ ocore }) => {
  const user = await ocore.owner('user');
  const maintenanceMessage = 'Back at 18:00 UTC';
  expect((await admin.patch('/admin/settings', { maintenance: true, maintenanceMessage })).status).toBe(200);
  expect((await user.get('/projects')).status).toBe(200);
  const refused = await user.post('/projects', { name: 'Later' });
  expect([refused.status, refused.at('error.code'), refused.headers.get('retry-after')]).toEqual([
    503,
    'maintenance',
    '60',
  ]);
  expect(refused.text('error.message')).toContain(maintenanceMessage);
  const graphql = await user.graphql('mutation { createProject(input: { name: "Later" }) { id } }');
  expect([graphql.status, graphql.headers.get('retry-after')]).toEqual([503, '60']);
  expect(graphql.at('errors.0.extensions.code')).toBe('maintenance');
  const anonymous = new Client(ocore.url, null, null);
  const person = { email: 'late@example.com', password: 'correct horse 1', name: 'Late' };
  expect((await anonymous.post('/auth/signup', person)).at('error.code')).toBe('maintenance');
  // Whoever has an account still gets in, administrators most of all.
  const login = await anonymous.post('/auth/login', { email: user.email, password: 'correct horse 1' });
  expect(login.status).toBe(200);
  expect((await admin.post('/projects', { name: 'By the administrator' })).status).toBe(201);
  await admin.patch('/admin/settings', { maintenance: false, maintenanceMessage: null });
  expect((await user.post('/projects', { name: 'Later' })).status).toBe(201);
});

it('keeps the password of the mail server to itself, and sends a test message', async ({ ocore, mailbox }) => {
  expect((await admin.post('/admin/settings/test-mail')).at('error.details.field')).toBe('smtpHost');
  const url = new URL(mailbox.env['SMTP_URL'] ?? '');
  const server = { smtpHost: url.hostname, smtpPort: Number(url.port), smtpTls: 'none' };
  const secret = { smtpPassword: 'Planted-Smtp-42' };
  const set = await admin.patch('/admin/settings', { ...server, ...secret, brandName: 'Acme Odoo' });
  expect([set.status, set.at('smtpPasswordIsSet'), JSON.stringify(set.body).includes('Planted')]).toEqual([
    200,
    true,
    false,
  ]);
  const stored = await ocore.sql<{ text: string }>(
    'SELECT (SELECT json_agg(s)::text FROM installation_settings s) || (SELECT json_agg(a)::text FROM audit_entries a) AS text',
  );
  expect(stored[0]?.text).not.toContain('Planted');
  // A password goes to no other host than the one that it was given for.
  expect((await admin.patch('/admin/settings', { smtpHost: 'thief.example.com' })).at('error.details.field')).toBe(
    'smtpPassword',
  );
  expect((await admin.post('/admin/settings/test-mail')).status).toBe(200);
  expect((await mailbox.next(admin.email)).subject).toBe('Acme Odoo: Test message');
  await admin.patch('/admin/settings', { smtpHost: '127.0.0.1', smtpPort: 1, smtpPassword: null });
  expect((await admin.post('/admin/settings/test-mail')).text('error.message')).toContain('did not accept');
  expect((await admin.patch('/admin/settings', { smtpHost: null })).at('smtpPort')).toBe(null);
});

it('puts its name and logo on pages', async ({ ocore }) => {
  await admin.patch('/admin/settings', { brandName: 'Acme <Odoo>', brandLogoUrl: 'https://example.com/logo.png' });
  const page = await fetch(ocore.url, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-security-policy')).toContain("img-src 'self' https://example.com;");
  const text = await page.text();
  expect(text).toContain('<title>Acme &lt;Odoo&gt;</title>');
  expect(text).toContain('src="https://example.com/logo.png"');
  const back = await admin.patch('/admin/settings', { brandName: null, brandLogoUrl: null });
  expect([back.at('brandName'), back.at('brandLogoUrl')]).toEqual(['oCore', null]);
});

it('lets servers be in allowed networks only, at registration and at each connection', async ({ ocore }) => {
  const server = await admin.post('/servers', { name: 'Before', ...nowhere });
  await admin.finished(server.text('operationId'));
  await admin.patch('/admin/settings', { sshNetworks: ['203.0.113.0/24'] });
  const refused = await admin.post('/servers', { name: 'After', ...nowhere, host: '127.0.0.1' });
  expect([refused.status, refused.at('error.code')]).toEqual([422, 'destination_denied']);
  const again = await admin.post(`/servers/${server.text('id')}/validate`);
  const ended = await admin.finished(again.text('operationId'));
  expect(ended.at('data.operationUpdated.error.code')).toBe('destination_denied');
  for (const network of ['300.0.0.0/8', '10.0.0.0/8,11.0.0.0/8', 'everywhere', 'constructor'])
    expect((await admin.patch('/admin/settings', { sshNetworks: [network] })).at('error.details.constraint')).toBe(
      'network',
    );
  expect((await admin.patch('/admin/settings', { sshNetworks: null })).at('sshNetworks')).toEqual([]);
  await ocore.sql('SELECT 1');
});

it('applies to new organizations, and goes back to the default', async ({ ocore }) => {
  await admin.patch('/admin/settings', { auditRetentionDays: 40, signupOpen: true });
  const user = await ocore.owner('new');
  expect((await user.get('/org/settings')).at('auditRetentionDays')).toBe(40);
  expect((await admin.patch('/admin/settings', { auditRetentionDays: null })).at('auditRetentionDays')).toBe(365);
  expect((await admin.patch('/admin/settings', { auditRetentionDays: 29 })).status).toBe(400);
  const entries = await ocore.sql("SELECT 1 FROM audit_entries WHERE action = 'admin.settings_updated'");
  expect(entries.length).toBeGreaterThan(5);
});

it('shows queues, dead e-mails and the health of the installation', async ({ ocore }) => {
  await ocore.sql(
    "INSERT INTO mails (id, recipient, subject, attempts, last_error, failed_at) VALUES (gen_random_uuid(), 'nobody@example.com', 'Given up', 34, 'refused', now())",
  );
  expect((await admin.get('/admin/jobs/dead-mails')).at('data.0.lastError')).toBe('refused');
  const queues = await admin.get('/admin/jobs/queues');
  expect([queues.at('queues.0.name'), queues.at('queues.1.name'), queues.at('queues.1.failedLastDay')]).toEqual([
    'operations',
    'mails',
    1,
  ]);
  const health = await admin.get('/admin/health');
  expect([health.status, health.at('migrations.pending'), health.at('workers')]).toEqual([200, [], 1]);
});

it('retries a failed operation of any organization', async ({ ocore }) => {
  const user = await ocore.owner('failing');
  const server = await user.post('/servers', { name: 'Nowhere', ...nowhere });
  await user.finished(server.text('operationId'));
  const failed = (await admin.get('/admin/jobs?status=failed&kind=server.validate')).text('data.0.id');
  const retried = await admin.post(`/admin/jobs/${failed}/retry`);
  expect(retried.status).toBe(202);
  expect((await admin.post(`/admin/jobs/${failed}/retry`)).status).toBe(409);
  const trail = await user.get('/audit-logs?action=operation.retried');
  expect(trail.at('data.0.userName')).toBe('owner');
});
