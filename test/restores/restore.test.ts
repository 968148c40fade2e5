import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { ended, Stage } from '../backups/stage.ts';

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
