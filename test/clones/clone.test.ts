import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { loadMailCatcher, mailCatcher } from '../fleet/mail-catcher.ts';
import type { Answer, Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';

/* One real Odoo 19 from its clones to the tests of its backups. */

const run = promisify(execFile);

it.override('env', { MAIL_CATCHER_IMAGE: mailCatcher });

let ocore: Ocore;
let owner: Client;
let server: FleetServer;
let serverId: string;
let production: string;
let staging: string;
let original: string;
let copy: string;

const docker = async (...args: string[]): Promise<string> =>
  (await run('docker', ['-H', `unix://${server.engine.socket}`, ...args])).stdout.trim();
const psql = async (instanceId: string, statement: string): Promise<string> => {
  const database = (await owner.get(`/instances/${instanceId}`)).text('slug').replaceAll('-', '_');
  return docker(
    'exec',
    '-u',
    'postgres',
    `ocore-${instanceId}-db`,
    'psql',
    '-X',
    '-A',
    '-t',
    '-d',
    database,
    '-c',
    statement,
  );
};
const ended = async (answer: Answer): Promise<Answer> => {
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return owner.finished(answer.text('operationId'));
};
const succeeded = async (answer: Answer): Promise<string> => {
  const last = await ended(answer);
  expect(last.at('data.operationUpdated'), JSON.stringify(last.body)).toMatchObject({ status: 'succeeded' });
  return answer.text('id');
};

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  [ocore, owner, server] = [started, person, first];
  await loadMailCatcher(server.engine.docker);
  serverId = await owner.activeServer(server);
  const projectId = (await owner.post('/projects', { name: 'ERP' })).text('id');
  const environment = async (type: string) =>
    (await owner.post('/environments', { projectId, name: type, type })).text('id');
  [production, staging] = [await environment('production'), await environment('staging')];
  original = await succeeded(
    await owner.post('/instances', {
      name: 'Live',
      serverId,
      environmentId: production,
      adminEmail: 'admin@example.com',
    }),
  );
  await psql(
    original,
    `INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_encryption, smtp_authentication, smtp_user, smtp_pass, active)
       VALUES ('By hand', 'smtp.example.com', 587, 'starttls', 'login', 'erp', 'secret', true);
     INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT id, now() + interval '1 day' FROM ir_cron WHERE active LIMIT 1;
     INSERT INTO res_partner (name, email, active) VALUES ('Known Customer', 'known@example.com', true);
     INSERT INTO ir_config_parameter (key, value) VALUES ('web.base.url.freeze', 'True') ON CONFLICT (key) DO NOTHING;`,
  );
});

it('refuses a copy with a module that the image does not have, and leaves nothing of it', {
  timeout: 900_000,
}, async () => {
  await psql(original, "INSERT INTO ir_module_module (name, state) VALUES ('acme_sync', 'installed')");
  const answer = await owner.post(`/environments/${production}/clone`, { environmentId: staging, name: 'Refused' });
  const last = await ended(answer);
  expect(last.at('data.operationUpdated')).toMatchObject({
    status: 'failed',
    error: { code: 'not_neutralized', message: expect.stringContaining('acme_sync') },
  });
  const filter = `label=sh.ocore.instance=${answer.text('id')}`;
  expect(await docker('ps', '-aq', '--filter', filter)).toBe('');
  expect(await docker('volume', 'ls', '-q', '--filter', filter)).toBe('');
  const started = await owner.post(`/instances/${answer.text('id')}/start`);
  expect([started.status, started.at('error.code')]).toEqual([409, 'invalid_state']);
  await psql(original, "DELETE FROM ir_module_module WHERE name = 'acme_sync'");
});

it('clones production, neutralised and anonymised, while a scheduled action of it is in progress', {
  timeout: 900_000,
}, async () => {
  // As a worker of Odoo holds the row of the action that it runs.
  const running = psql(
    original,
    'BEGIN; SELECT id FROM ir_cron WHERE active LIMIT 1 FOR UPDATE; SELECT pg_sleep(20); ROLLBACK',
  );
  copy = await succeeded(
    await owner.post(`/environments/${production}/clone`, {
      environmentId: staging,
      name: 'Copy',
      anonymize: { presets: ['contacts', 'users'], keepLogins: ['admin@example.com'] },
    }),
  );
  await running;
  expect((await owner.get(`/instances/${copy}`)).at('status')).toBe('running');
  expect((await owner.get(`/instances/${original}`)).at('status')).toBe('running');
  expect(await psql(copy, 'SELECT smtp_host, smtp_port FROM ir_mail_server WHERE active')).toBe(
    `ocore-${copy}-mail|1025`,
  );
  expect(await psql(copy, 'SELECT count(*) FROM ir_mail_server WHERE smtp_pass IS NOT NULL')).toBe('0');
  expect(
    await psql(
      copy,
      "SELECT count(*) FROM ir_cron WHERE active AND id NOT IN (SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'autovacuum_job')",
    ),
  ).toBe('0');
  const parameter = (id: string, key: string) => psql(id, `SELECT value FROM ir_config_parameter WHERE key = '${key}'`);
  expect(await parameter(copy, 'database.is_neutralized')).toBe('true');
  expect(await parameter(copy, 'web.base.url.freeze')).toBe('');
  for (const key of ['database.uuid', 'database.secret'])
    expect(await parameter(copy, key)).not.toBe(await parameter(original, key));
  expect(
    await psql(copy, "SELECT count(*) FROM res_partner WHERE name = 'Known Customer' OR email = 'known@example.com'"),
  ).toBe('0');
  expect(await psql(copy, 'SELECT login FROM res_users WHERE id = 2')).toBe('admin@example.com');
  // The original is as it was.
  expect(await psql(original, "SELECT count(*) FROM res_partner WHERE name = 'Known Customer'")).toBe('1');
  expect(await psql(original, "SELECT active FROM ir_mail_server WHERE name = 'By hand'")).toBe('t');
  expect((await owner.get(`/instances/${copy}/clone`)).body).toMatchObject({
    sourceInstanceId: original,
    anonymized: true,
    mailCatcher: true,
  });
  const [event] = await ocore.sql<{ n: number }>(
    "SELECT count(*)::int AS n FROM outbox_events WHERE type IN ('instance.cloned', 'environment.cloned')",
  );
  expect(event?.n).toBe(2);
});

it('catches the e-mails of the copy, and lists, shows and deletes them', { timeout: 900_000 }, async () => {
  const send = `import smtplib, sys
from email.message import EmailMessage
with smtplib.SMTP(sys.argv[1], 1025) as smtp:
    for number in range(3):
        mail = EmailMessage()
        mail['From'], mail['To'], mail['Subject'] = 'erp@example.com', 'Ada <ada@example.com>', f'Quotation {number}'
        mail.set_content('Hello'); mail.add_alternative('<script>alert(1)</script>', subtype='html')
        smtp.send_message(mail)`;
  await docker('exec', `ocore-${copy}-odoo`, 'python3', '-c', send, `ocore-${copy}-mail`);
  const first = await owner.get(`/instances/${copy}/mails?limit=2`);
  expect(first.at('data.0')).toMatchObject({
    subject: 'Quotation 2',
    from: 'erp@example.com',
    to: ['Ada <ada@example.com>'],
  });
  const second = await owner.get(`/instances/${copy}/mails?limit=2&cursor=${first.text('next_cursor')}`);
  expect([second.at('data.0.subject'), second.at('data.1'), second.at('has_more')]).toEqual([
    'Quotation 0',
    undefined,
    false,
  ]);
  const id = first.text('data.0.id');
  expect((await owner.get(`/instances/${copy}/mails/${id}`)).body).toMatchObject({
    mail: { id },
    text: 'Hello\n',
    html: '<script>alert(1)</script>\n',
  });
  expect((await owner.delete(`/instances/${copy}/mails/${id}`)).body).toEqual({ deleted: 1 });
  const gone = await owner.get(`/instances/${copy}/mails/${id}`);
  expect([gone.status, gone.at('error.code')]).toEqual([404, 'not_found']);
  expect((await owner.delete(`/instances/${copy}/mails`)).body).toEqual({ deleted: 2 });
  expect((await owner.get(`/instances/${original}/mails`)).at('error.code')).toBe('unprocessable');
});

it('replaces a copy by a newer one, and keeps the one that served if it cannot', { timeout: 900_000 }, async () => {
  await psql(original, "INSERT INTO res_partner (name, active) VALUES ('Newer Customer', true)");
  const over = (more: object) =>
    owner.post(`/instances/${original}/clone`, { targetInstanceId: copy, confirmName: 'Copy', ...more });
  const failed = await ended(
    await over({ anonymize: { rules: [{ table: 'res_partner', column: 'nickname', replacement: 'name' }] } }),
  );
  expect(failed.at('data.operationUpdated.error.code')).toBe('not_anonymized');
  expect((await owner.get(`/instances/${copy}`)).at('status')).toBe('running');
  expect(await psql(copy, "SELECT count(*) FROM res_partner WHERE name = 'Newer Customer'")).toBe('0');
  await succeeded(await over({ includeFilestore: false }));
  expect(await psql(copy, "SELECT count(*) FROM res_partner WHERE name = 'Newer Customer'")).toBe('1');
  expect(await psql(copy, "SELECT count(*) FROM pg_database WHERE datname LIKE 'ocore_%'")).toBe('0');
});

it('proves that a backup can be restored, with its time and age, and tells one that is not what it says', {
  timeout: 900_000,
}, async () => {
  const destination = await ocore.sql<{ id: string }>(
    `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, server_id, tested_at, updated_at)
     SELECT gen_random_uuid(), org_id, 'Disk', 'local', '{"path": "/var/tmp/ocore-clone-test"}'::jsonb, id, now(), now() FROM servers WHERE id = $1 RETURNING id`,
    [serverId],
  );
  await run('rm', ['-rf', '/var/tmp/ocore-clone-test']);
  await run('mkdir', ['-p', '/var/tmp/ocore-clone-test']);
  const backupId = await succeeded(
    await owner.post(`/environments/${production}/backups`, { destinationId: destination[0]?.id }),
  );
  // As after the promotion of a replica: the row names the volume of its database, which the test must not touch.
  const mounted = '{{range .Mounts}}{{.Name}}{{end}}';
  const volume = await docker('inspect', '--format', mounted, `ocore-${original}-db`);
  await ocore.sql('UPDATE instances SET database_volume = $2 WHERE id = $1', [original, volume]);
  const tested = async () => owner.post(`/environments/${production}/restore-tests`, { serverId });
  const id = await succeeded(await tested());
  expect((await owner.get(`/restore-tests/${id}`)).body).toMatchObject({
    status: 'completed',
    backupId,
    rtoSeconds: expect.any(Number),
    rpoSeconds: expect.any(Number),
    tablesChecked: expect.any(Number),
  });
  expect(await docker('ps', '-aq', '--filter', `label=sh.ocore.instance=${id}`)).toBe('');
  expect(await docker('volume', 'ls', '-q', '--filter', `label=sh.ocore.instance=${id}`)).toBe('');
  expect(await docker('network', 'ls', '-q', '--filter', `label=sh.ocore.instance=${id}`)).toBe('');
  // Odoo dies over the restored data, as for want of memory.
  const dying = await tested();
  const twin = `ocore-${dying.text('id')}-odoo`;
  while ((await docker('ps', '-q', '--filter', `name=${twin}`)) === '')
    await new Promise((resolve) => setTimeout(resolve, 100));
  await docker('kill', twin);
  const dead = (await ended(dying)).at('data.operationUpdated');
  expect(dead).toMatchObject({
    status: 'failed',
    error: { code: 'restore_test_failed', message: expect.stringContaining('exit code 137') },
  });
  await ocore.sql("UPDATE backups SET manifest = jsonb_set(manifest, '{rows,public.res_partner}', '1') WHERE id = $1", [
    backupId,
  ]);
  const failing = await tested();
  const untrue = await ended(failing);
  expect([untrue.at('data.operationUpdated.status'), untrue.at('data.operationUpdated.error.code')]).toEqual([
    'failed',
    'restore_failed',
  ]);
  const list = await owner.get(`/environments/${production}/restore-tests?status=failed`);
  expect(list.at('data.0')).toMatchObject({
    id: failing.text('id'),
    statusMessage: expect.stringContaining('res_partner'),
  });
  const events = await ocore.sql<{ type: string }>(
    "SELECT type FROM outbox_events WHERE type LIKE 'restore_test.%' ORDER BY id",
  );
  expect(events.map(({ type }) => type)).toEqual([
    'restore_test.created',
    'restore_test.completed',
    'restore_test.created',
    'restore_test.failed',
    'restore_test.created',
    'restore_test.failed',
  ]);
  await run('rm', ['-rf', '/var/tmp/ocore-clone-test']);
});
