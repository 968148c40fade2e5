import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { z } from 'zod';
import { it } from '../fleet/fixtures.ts';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { ended, Stage } from '../backups/stage.ts';
import { StepGates } from '../kit/step-gates.ts';

it.override('env', { ODOO_IMAGE: databaseOdoo });

let stage: Stage;
let backupId: string;

/** A name of 255 bytes, in three alphabets. */
const longName = `${'ä'.repeat(100)}${'漢'.repeat(18)}x`;
const filestore = (): string => `/var/lib/odoo/filestore/${stage.database}`;

it.beforeAll(async ({ ocore, owner, server }) => {
  stage = await Stage.set(ocore, owner, server);
  await stage.destination();
  await stage.query("INSERT INTO res_partner (name) VALUES ('Known Customer')");
  await stage.inside('odoo', 'sh', '-c', `head -c 3000017 /dev/urandom > '${filestore()}/ab/${longName}'`);
  backupId = (await stage.taken()).text('id');
}, 400_000);

const restore = (more: Record<string, unknown> = {}, id = backupId) =>
  stage.owner.post(`/backups/${id}/restore`, { safetyBackup: false, ...more });
const known = (): Promise<string> =>
  stage.query("SELECT string_agg(name, ', ' ORDER BY id) FROM res_partner WHERE id > 2");
const sums = async (): Promise<string> =>
  stage.inside('odoo', 'sh', '-c', `cd '${filestore()}' && find . -type f -exec sha256sum {} + | sort`);
const databases = (): Promise<string> =>
  stage.query("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate");
const folders = (): Promise<string> => stage.inside('odoo', 'ls', '/var/lib/odoo/filestore');
const status = async (): Promise<unknown> => (await stage.owner.get(`/instances/${stage.instanceId}`)).at('status');

it('brings back what was there byte for byte, after a safety backup of what came since', async () => {
  const before = await sums();
  await stage.query("INSERT INTO res_partner (name) VALUES ('Later')");
  await stage.inside('odoo', 'sh', '-c', `echo later > '${filestore()}/ab/later' && rm '${filestore()}/ab/ab12'`);
  await ended(stage.owner, await restore({ safetyBackup: true }), 'succeeded');
  expect([await known(), await sums(), await status()]).toEqual(['Known Customer', before, 'running']);
  expect([await databases(), await folders(), await stage.left()]).toEqual([
    `${stage.database} postgres`,
    stage.database,
    [],
  ]);
  const safety = await stage.owner.get('/backups?backup_type=pre_restore');
  expect(safety.at('data.0')).toMatchObject({ status: 'completed', instanceId: stage.instanceId });
  await ended(stage.owner, await restore({}, safety.text('data.0.id')), 'succeeded');
  expect(await known()).toBe('Known Customer, Later');
}, 300_000);

it('brings back an instance whose containers and volumes were destroyed', async () => {
  const { docker } = stage.server.engine;
  const filters = { label: [`sh.ocore.instance=${stage.instanceId}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true, v: true });
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes ?? []) await docker.getVolume(Name).remove();
  await ended(stage.owner, await restore(), 'succeeded');
  expect([await known(), await status()]).toEqual(['Known Customer', 'running']);
  expect(await sums()).toContain('ab12');
}, 300_000);

const fileOf = (path: string): string => `/backups/${backupId}/files/content?path=${encodeURIComponent(path)}`;
const readers = async (): Promise<number> =>
  (await stage.server.engine.docker.listContainers({ all: true, filters: { label: ['sh.ocore.part=reader'] } })).length;

it('shows the files of a backup, and sends one byte for byte', async () => {
  const { owner } = stage;
  const list = (query: string) => owner.get(`/backups/${backupId}/files?${query}`);
  expect((await list('')).at('data')).toEqual([
    { backupId, path: 'ab', name: 'ab', type: 'directory', sizeBytes: null, modifiedAt: expect.any(String) },
  ]);
  const first = await list('path=ab&limit=1');
  const next = await list(`path=ab&limit=1&cursor=${encodeURIComponent(first.text('next_cursor'))}`);
  expect([first.at('data.0.path'), first.at('has_more'), next.at('data.0'), next.at('has_more')]).toEqual([
    'ab/ab12',
    true,
    expect.objectContaining({ path: `ab/${longName}`, name: longName, type: 'file', sizeBytes: 3_000_017 }),
    false,
  ]);
  const all = await owner.graphql(
    'query ($id: ID!) { backupFiles(backupId: $id, recursive: true, last: 2) { totalCount nodes { name } pageInfo { hasPreviousPage } } }',
    { id: backupId },
  );
  expect(all.at('data.backupFiles')).toEqual({
    totalCount: 3,
    nodes: [{ name: 'ab12' }, { name: longName }],
    pageInfo: { hasPreviousPage: true },
  });

  const content = async (headers: Record<string, string> = {}) => {
    const sent = await fetch(`${owner.url}/api${fileOf(`ab/${longName}`)}`, {
      headers: { ...owner.headers(), ...headers },
    });
    return { sent, bytes: Buffer.from(await sent.arrayBuffer()) };
  };
  const { sent, bytes } = await content();
  expect([sent.status, sent.headers.get('content-length')]).toEqual([200, '3000017']);
  expect(await stage.inside('odoo', 'sha256sum', `${filestore()}/ab/${longName}`)).toContain(
    createHash('sha256').update(bytes).digest('hex'),
  );
  const part = await content({ range: 'bytes=1000000-1000999' });
  expect([part.sent.status, part.bytes.equals(bytes.subarray(1_000_000, 1_001_000))]).toEqual([206, true]);
  const told = await stage.ocore.sql<{ path: string }>(
    "SELECT after_state->>'path' AS path FROM audit_entries WHERE action = 'backup.file_downloaded'",
  );
  expect(told).toEqual([{ path: `ab/${longName}` }, { path: `ab/${longName}` }]);

  for (const path of ['../../manifest.json', '/etc/passwd', 'ab/../ab/ab12', 'ab//ab12', './ab/ab12', 'ab/', 'ab/\n']) {
    const refused = [
      await owner.get(fileOf(path)),
      await list(`path=${encodeURIComponent(path)}`),
      await restore({ files: ['ab/ab12', path] }),
    ];
    expect([path, ...refused.map((answer) => [answer.status, answer.at('error.details.constraint')])]).toEqual([
      path,
      [400, 'format'],
      [400, 'format'],
      [400, 'format'],
    ]);
  }
  const others = [
    await owner.get(fileOf('ab/nothing')),
    await owner.get(fileOf('ab')),
    await list('path=nowhere'),
    await restore({ files: ['ab/ab12'], database: true }),
    await restore({ files: ['ab/ab12'], target: 'new', name: 'Files alone' }),
  ];
  expect(others.map((answer) => [answer.status, answer.at('error.code')])).toEqual([
    [404, 'not_found'],
    [422, 'unprocessable'],
    [404, 'not_found'],
    [400, 'validation_error'],
    [400, 'validation_error'],
  ]);
  expect(await readers()).toBe(0);
}, 300_000);

it('puts single files into a running instance, and puts back what was there if it cannot', async () => {
  const change = (script: string): Promise<string> =>
    stage.inside('odoo', 'sh', '-ec', `cd '${filestore()}' && ${script}`);
  const failing = async (files: readonly string[]): Promise<unknown> =>
    (await ended(stage.owner, await restore({ files }), 'failed')).at('data.operationUpdated.error.code');
  const both = ['ab/ab12', `ab/${longName}`];
  const owners = (): Promise<string> => change('stat -c "%u %g %a" ab ab/*');
  const [before, owned] = [await sums(), await owners()];
  await change(`echo damaged >ab/ab12; rm 'ab/${longName}'`);
  const damaged = await sums();
  expect(await failing(['ab/ab12', 'ab/nothing', 'ab'])).toBe('file_missing');
  await change('mv ab elsewhere; ln -s elsewhere ab');
  expect(await failing(both)).toBe('restore_failed');
  await change('rm ab; mv elsewhere ab');
  expect(await sums()).toBe(damaged);

  // The last moment: one file is in its place when it turns out that the other one cannot be.
  const gates = await StepGates.install(stage.ocore.running.databaseUrl);
  try {
    const asked = await restore({ files: both });
    const operationId = asked.text('operationId');
    await gates.close(operationId, 'replace');
    await expect.poll(() => gates.waiting(), { timeout: 60_000 }).toEqual([operationId]);
    await change(`mkdir 'ab/${longName}'`);
    await gates.open();
    const last = await ended(stage.owner, asked, 'failed');
    expect(last.at('data.operationUpdated.error.code')).toBe('restore_failed');
  } finally {
    await gates.open();
    await gates.end();
  }
  await change(`rmdir 'ab/${longName}'`);
  expect([await sums(), await folders(), await status()]).toEqual([damaged, stage.database, 'running']);

  await change('echo other >ab/other');
  const { operationId } = z
    .object({ operationId: z.string() })
    .parse((await restore({ files: ['ab/ab12', ...both] })).body);
  expect((await restore({ files: both })).at('error.code')).toBe('operation_in_progress');
  expect((await stage.owner.finished(operationId)).at('data.operationUpdated.status')).toBe('succeeded');
  expect(await change('cat ab/other; rm ab/other')).toBe('other');
  expect([await sums(), await owners(), await folders(), await stage.left()]).toEqual([
    before,
    owned,
    stage.database,
    [],
  ]);
  const events = await stage.ocore.sql<{ type: string }>(
    "SELECT type FROM outbox_events WHERE resource_id = $1 AND type LIKE 'restore.files%' ORDER BY id",
    [stage.instanceId],
  );
  expect(events.map(({ type }) => type.replace('restore.files_', '')).join(' ')).toBe(
    'requested failed requested failed requested failed requested completed',
  );
}, 300_000);

it('leaves what serves when the new data is not what was backed up, and when it is cancelled', async () => {
  await stage.query("INSERT INTO res_partner (name) VALUES ('Still here')");
  const before = [await known(), await sums()];
  await stage.ocore.sql(
    `UPDATE backups SET manifest = jsonb_set(manifest, '{rows,public.res_partner}', '4711') WHERE id = $1`,
    [backupId],
  );
  const failed = await ended(stage.owner, await restore(), 'failed');
  expect(failed.at('data.operationUpdated.error')).toMatchObject({
    code: 'restore_failed',
    message: expect.stringMatching(/public.res_partner has 3 rows instead of 4711/),
  });
  expect([await known(), await sums(), await status()]).toEqual([...before, 'running']);
  await stage.ocore.sql(
    `UPDATE backups SET manifest = jsonb_set(manifest, '{rows,public.res_partner}', '3') WHERE id = $1`,
    [backupId],
  );
  const asked = await restore();
  // While it runs, neither the backup nor the instance may go, nor is it restored twice.
  const refusals = await Promise.all([
    restore(),
    stage.owner.delete(`/backups/${backupId}`, { force: true }),
    stage.owner.delete(`/instances/${stage.instanceId}`),
    stage.backup(),
  ]);
  expect(refusals.map((answer) => [answer.status, answer.at('error.code')])).toEqual(
    refusals.map(() => [409, 'operation_in_progress']),
  );
  expect(refusals[1]?.at('error.details.operationId')).toBe(asked.text('operationId'));
  await stage.owner.post(`/operations/${asked.text('operationId')}/cancel`);
  await ended(stage.owner, asked, 'cancelled');
  expect([await known(), await sums(), await status()]).toEqual([...before, 'running']);
  expect([await databases(), await folders(), await stage.left()]).toEqual([
    `${stage.database} postgres`,
    stage.database,
    [],
  ]);
}, 300_000);

it('restores into a new instance, and one part into another one', async () => {
  const made = await restore({ target: 'new', name: 'Second', environmentId: stage.environmentId });
  await ended(stage.owner, made, 'succeeded');
  const second = made.text('id');
  const inSecond = async (statement: string): Promise<string> =>
    (
      await stage.docker(
        'exec',
        `ocore-${second}-db`,
        'psql',
        '-XqAt',
        '-U',
        'postgres',
        '-d',
        'second',
        '-c',
        statement,
      )
    ).stdout.trim();
  expect(await inSecond("SELECT string_agg(name, ', ') FROM res_partner WHERE id > 2")).toBe('Known Customer');
  const { stdout } = await stage.docker(
    'exec',
    `ocore-${second}-odoo`,
    'cat',
    '/var/lib/odoo/filestore/second/ab/ab12',
  );
  expect(stdout).toBe('known\n');
  await inSecond('DELETE FROM res_partner WHERE id > 2');
  await stage.docker('exec', `ocore-${second}-odoo`, 'rm', '-r', '/var/lib/odoo/filestore/second/ab');
  await ended(stage.owner, await restore({ target: 'existing', instanceId: second, database: false }), 'succeeded');
  expect(await inSecond('SELECT count(*) FROM res_partner WHERE id > 2')).toBe('0');
  expect(
    (await stage.docker('exec', `ocore-${second}-odoo`, 'cat', '/var/lib/odoo/filestore/second/ab/ab12')).stdout,
  ).toBe('known\n');
  await ended(stage.owner, await restore({ target: 'existing', instanceId: second, filestore: false }), 'succeeded');
  expect(await inSecond("SELECT string_agg(name, ', ') FROM res_partner WHERE id > 2")).toBe('Known Customer');
}, 300_000);
