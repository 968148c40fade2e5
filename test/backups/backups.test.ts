import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { it } from '../fleet/fixtures.ts';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { ended, Stage } from './stage.ts';

it.override('env', { ODOO_IMAGE: databaseOdoo });

// Real containers, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 600_000 });

let stage: Stage;
let disk: { id: string; dir: string };

it.beforeAll(async ({ ocore, owner, server }) => {
  stage = await Stage.set(ocore, owner, server);
  disk = await stage.destination();
}, 300_000);

const eventsOf = async (id: string): Promise<string[]> =>
  (
    await stage.ocore.sql<{ type: string }>('SELECT type FROM outbox_events WHERE resource_id = $1 ORDER BY id', [id])
  ).map(({ type }) => type);

it('writes a snapshot, reads it back, and restic alone restores it byte for byte', async () => {
  await stage.query("INSERT INTO res_partner (name) VALUES ('A customer')");
  const answer = await stage.backup({ notes: 'Before the migration' });
  expect(answer.status).toBe(202);
  expect(answer.text('status')).toBe('pending');
  await ended(stage.owner, answer, 'succeeded');
  const id = answer.text('id');
  const backup = await stage.owner.get(`/backups/${id}`);
  expect(backup.body).toMatchObject({
    status: 'completed',
    backupType: 'manual',
    instanceId: stage.instanceId,
    destinationId: disk.id,
    notes: 'Before the migration',
    isVerified: true,
    includeFilestore: true,
    filestoreSize: 6,
    statusMessage: null,
    progress: null,
    currentOperationId: null,
  });
  expect(await stage.left()).toEqual([]);
  expect(await eventsOf(id)).toEqual(['backup.created', 'backup.completed']);
  const [row] = await stage.ocore.sql<{ manifest: unknown }>('SELECT manifest FROM backups WHERE id = $1', [id]);
  expect(row?.manifest).toMatchObject({
    database: stage.database,
    modules: { base: '19.0.1.3', web: '19.0.1.0' },
    rows: { 'public.res_partner': 3, 'public.res_users': 2, 'public.ir_attachment': 0 },
  });

  // Nothing of oCore is needed any more: the exported key, restic and PostgreSQL.
  const snapshot = backup.text('snapshotId');
  const listed = await stage.restic(disk.dir, id, 'ls', snapshot);
  expect(listed).toContain('/snapshot/database/toc.dat');
  expect(listed).not.toContain('sessions');
  await stage.restic(disk.dir, id, 'restore', `${snapshot}:/snapshot`, '--target', join(disk.dir, 'restored'));
  const file = join(disk.dir, 'restored/odoo/filestore', stage.database, 'ab/ab12');
  expect(await readFile(file, 'utf8')).toBe('known\n');
  await stage.docker('cp', join(disk.dir, 'restored/database'), `${stage.container('db')}:/tmp/dump`);
  await stage.inside('db', 'createdb', '-U', 'postgres', 'again');
  await stage.inside('db', 'pg_restore', '-U', 'postgres', '--no-owner', '--exit-on-error', '-d', 'again', '/tmp/dump');
  const asked = [
    'psql',
    '-X',
    '-tA',
    '-U',
    'postgres',
    '-d',
    'again',
    '-c',
    'SELECT name FROM res_partner WHERE id = 3',
  ];
  expect(await stage.inside('db', ...asked)).toBe('A customer');
});

it('tells whoever may only see that the key is not theirs, and asks for the password', async ({ ocore }) => {
  const [{ id }] = z
    .tuple([z.object({ id: z.string() })])
    .rest(z.unknown())
    .parse((await stage.owner.get('/backups')).at('data'));
  const wrong = await stage.owner.post(`/backups/${id}/export-key`, { password: 'wrong password' });
  expect([wrong.status, wrong.text('error.code')]).toEqual([401, 'invalid_credentials']);
  const [entry] = await ocore.sql<{ count: string }>(
    "SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action = 'backup.key_exported'",
    [id],
  );
  expect(Number(entry?.count)).toBeGreaterThan(0);
  const keys = await ocore.sql<{ text: string }>(
    'SELECT row_to_json(a)::text AS text FROM audit_entries a WHERE resource_id = $1',
    [id],
  );
  const { owner } = stage;
  const password = (await owner.post(`/backups/${id}/export-key`)).text('password');
  expect(keys.filter(({ text }) => text.includes(password))).toEqual([]);
});

it('moves next to nothing for a filestore that has not changed', async () => {
  const files =
    'mkdir -p /var/lib/odoo/filestore/$0/cd && head -c 20000000 /dev/urandom >/var/lib/odoo/filestore/$0/cd/cd34';
  await stage.inside('odoo', 'sh', '-c', files, stage.database);
  const first = await stage.taken();
  const second = await stage.taken({ notes: 'Again' });
  expect(first.at('addedSize')).toBeGreaterThan(20_000_000);
  expect(second.at('filestoreSize')).toBe(first.at('filestoreSize'));
  expect(second.at('addedSize')).toBeLessThan(200_000);
});

it('keeps what is pinned and the last good one, reads back on demand, and deletes with the data', async () => {
  const all = await stage.owner.get(`/environments/${stage.environmentId}/backups?status=completed&backup_type=manual`);
  const ids = z
    .array(z.object({ id: z.string() }))
    .parse(all.at('data'))
    .map(({ id }) => id);
  expect(ids.length).toBe(3);
  const [newest = '', ...older] = ids;
  await stage.owner.patch(`/backups/${newest}`, { pinned: true, notes: 'Kept' });
  const pinned = await stage.owner.delete(`/backups/${newest}`);
  expect([pinned.status, pinned.text('error.code')]).toEqual([409, 'invalid_state']);
  await stage.owner.patch(`/backups/${newest}`, { pinned: false });
  await ended(stage.owner, await stage.owner.post(`/backups/${newest}/verify`), 'succeeded');
  expect(await eventsOf(newest)).toContain('backup.verified');
  for (const id of older) {
    await ended(stage.owner, await stage.owner.delete(`/backups/${id}`), 'succeeded');
    expect((await stage.owner.get(`/backups/${id}`)).status).toBe(404);
  }
  const snapshots = z
    .array(z.object({ id: z.string() }))
    .parse(JSON.parse(await stage.restic(disk.dir, newest, 'snapshots', '--json')));
  expect(snapshots.map(({ id }) => id)).toEqual([(await stage.owner.get(`/backups/${newest}`)).text('snapshotId')]);
  const last = await stage.owner.delete(`/backups/${newest}`);
  expect([last.status, last.text('error.details.field')]).toEqual([422, 'force']);
  await ended(stage.owner, await stage.owner.delete(`/backups/${newest}`, { force: true }), 'succeeded');
});

it('asks which destination is meant, and refuses a directory of another server', async () => {
  const other = await stage.destination('Other disk');
  const several = await stage.backup();
  expect([several.status, several.text('error.details.field')]).toEqual([400, 'destinationId']);
  await stage.ocore.sql(
    `INSERT INTO servers SELECT (json_populate_record(s, json_build_object('id', gen_random_uuid(), 'name', 'Elsewhere'))).* FROM servers s WHERE id = $1`,
    [stage.serverId],
  );
  await stage.ocore.sql(
    "UPDATE backup_destinations SET server_id = (SELECT id FROM servers WHERE name = 'Elsewhere') WHERE id = $1",
    [other.id],
  );
  const elsewhere = await stage.backup({ destinationId: other.id });
  expect([elsewhere.status, elsewhere.text('error.details.constraint')]).toEqual([400, 'server']);
  await stage.ocore.sql('DELETE FROM backup_destinations WHERE id = $1', [other.id]);
  await stage.ocore.sql("DELETE FROM servers WHERE name = 'Elsewhere'");
  expect((await stage.backup({ instanceId: stage.environmentId })).status).toBe(404);
});

it('backs up a stopped instance before it deletes it, and its backup outlives it', async () => {
  const { owner, instanceId } = stage;
  await ended(owner, await owner.post(`/instances/${instanceId}/stop`), 'succeeded');
  const stopped = await stage.backup();
  expect([stopped.status, stopped.text('error.code')]).toEqual([409, 'invalid_state']);
  const forced = await owner.delete(`/instances/${instanceId}`, {
    finalBackup: true,
    force: true,
    confirmName: 'Kept',
  });
  expect([forced.status, forced.text('error.code')]).toEqual([422, 'unprocessable']);
  await ended(owner, await owner.delete(`/instances/${instanceId}`, { finalBackup: true }), 'succeeded');
  expect((await owner.get(`/instances/${instanceId}`)).status).toBe(404);
  const list = await owner.get('/backups?backup_type=pre_delete');
  expect(list.at('data.0')).toMatchObject({ status: 'completed', isVerified: true, instanceId });
  const id = list.text('data.0.id');
  await ended(owner, await owner.post(`/backups/${id}/verify`), 'succeeded');
  await ended(owner, await owner.delete(`/backups/${id}`), 'succeeded');
  expect(await stage.left()).toEqual([]);
});
