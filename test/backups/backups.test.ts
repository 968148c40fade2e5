import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { it } from '../fleet/fixtures.ts';
import { firstEngine, firstSshPort, fleetDir } from '../fleet/slot.ts';
import { Sshd } from '../fleet/sshd.ts';
import { databaseOdoo, loadDatabaseOdoo } from '../fleet/database-odoo.ts';
import { type Credentials, ObjectStore } from '../fleet/object-store/object-store.ts';
import { inContainer, psql } from '../kit/psql.ts';
import { ended, Stage } from './stage.ts';

it.override('env', { ODOO_IMAGE: databaseOdoo });
it.override('serverCount', 2);

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

it('copies a backup to other destinations, and restores from a copy when the first destination is gone', async ({
  onTestFinished,
}) => {
  const { owner, environmentId } = stage;
  const sftp = async (name: string, port: number): Promise<string> => {
    const host = `172.27.${firstEngine}.1`;
    const sshd = new Sshd(join(fleetDir, `sshd-${name}`), port, [
      'Subsystem sftp internal-sftp',
      `ListenAddress ${host}`,
    ]);
    await sshd.prepare();
    await sshd.start();
    onTestFinished(() => sshd.stop());
    const path = await mkdtemp(join(tmpdir(), 'ocore-sftp-'));
    const config = { host, port, user: 'root', path, privateKey: sshd.privateKey };
    return (await owner.post('/backup-destinations', { name, destinationType: 'sftp', config })).text('id');
  };
  const near = await sftp('Near', firstSshPort + 6);
  const far = await sftp('Far', firstSshPort + 7);
  const first = await stage.destination('First');
  const copyTo = (id: string, destinationId: string) => owner.post(`/backups/${id}/copies`, { destinationId });
  const copied = async (id: string, destinationId: string) => {
    const answer = await copyTo(id, destinationId);
    await ended(owner, answer, 'succeeded');
    return owner.get(`/backups/${answer.text('id')}`);
  };

  await stage.query("INSERT INTO res_partner (name) VALUES ('A copied customer')");
  const backup = await stage.taken({ destinationId: first.id, instanceId: stage.instanceId });
  const id = backup.text('id');
  const same = await copyTo(id, first.id);
  expect([same.status, same.at('error.code'), same.at('error.details.backupId')]).toEqual([409, 'conflict', id]);

  // From a directory at once; from there to a service with another key by way of the server's disk.
  const nearby = await copied(id, near);
  const sizes = { databaseSize: backup.at('databaseSize'), filestoreSize: backup.at('filestoreSize') };
  const whole = { status: 'completed', isVerified: true, copyOfId: id, ...sizes };
  expect(nearby.body).toMatchObject({ ...whole, destinationId: near });
  const away = await copied(nearby.text('id'), far);
  expect(away.body).toMatchObject({ ...whole, destinationId: far });
  expect(await stage.left()).toEqual([]);
  const twice = await copyTo(id, far);
  expect([twice.status, twice.at('error.details.backupId')]).toEqual([409, away.text('id')]);
  const used = await owner.delete(`/backup-destinations/${far}`);
  expect([used.status, used.at('error.details.constraint')]).toEqual([409, 'in_use']);
  expect((await owner.get(`/backups?copy_of_id=${id}`)).at('data')).toHaveLength(2);

  // A copy that fails leaves nothing but its row, which goes without what was copied after it.
  const gone = await stage.destination('Gone');
  await rm(gone.dir, { recursive: true });
  const failing = await copyTo(id, gone.id);
  await ended(owner, failing, 'failed');
  expect((await owner.get(`/backups/${failing.text('id')}`)).body).toMatchObject({
    status: 'failed',
    snapshotId: null,
  });
  await mkdir(gone.dir);
  const again = await copied(id, gone.id);
  await ended(owner, await owner.delete(`/backups/${failing.text('id')}`), 'succeeded');
  await ended(owner, await owner.post(`/backups/${again.text('id')}/verify`), 'succeeded');
  await ended(owner, await owner.delete(`/backups/${again.text('id')}`), 'succeeded');
  expect((await owner.get(`/backups/${id}`)).at('status')).toBe('completed');

  await rm(first.dir, { recursive: true });
  await stage.query("DELETE FROM res_partner WHERE name = 'A copied customer'");
  const restored = await owner.post(`/backups/${away.text('id')}/restore`, { safetyBackup: false });
  await ended(owner, restored, 'succeeded');
  expect(await stage.query("SELECT count(*) FROM res_partner WHERE name = 'A copied customer'")).toBe('1');

  // The copies of a schedule are made by it, and are the policy's own.
  const schedule = { name: 'Twice', cron: '0 2 * * *', destinationId: disk.id, keepLast: 1 };
  const path = `/environments/${environmentId}/backup-schedules`;
  const refused = await owner.post(path, { ...schedule, copyDestinationId: disk.id });
  expect([refused.status, refused.at('error.details.field'), refused.at('error.details.constraint')]).toEqual([
    400,
    'copyDestinationId',
    'different',
  ]);
  const made = await owner.post(path, { ...schedule, copyDestinationId: near });
  const scheduleId = made.text('id');
  await stage.ocore.sql("UPDATE backup_schedules SET next_run_at = now() - interval '1 day' WHERE id = $1", [
    scheduleId,
  ]);
  const completed =
    'SELECT destination_id, copy_of_id IS NOT NULL AS copy FROM backups WHERE schedule_id = $1 AND status = $2 ORDER BY id';
  await expect
    .poll(() => stage.ocore.sql(completed, [scheduleId, 'completed']), { timeout: 240_000 })
    .toEqual([
      { destination_id: disk.id, copy: false },
      { destination_id: near, copy: true },
    ]);
  const decided = (await owner.get(`/backup-schedules/${scheduleId}/retention`)).at('decisions');
  expect(decided).toMatchObject([
    { kept: true, reasons: ['last', 'last good'] },
    { kept: true, reasons: ['last', 'last good'] },
  ]);
  expect((await owner.delete(`/backup-destinations/${near}`)).at('error.details.schedules')).toEqual(['Twice']);
  const cleared = await owner.patch(`/backup-schedules/${scheduleId}`, { copyDestinationId: null });
  expect(cleared.at('copyDestinationId')).toBe(null);
  expect((await owner.delete(`/backup-schedules/${scheduleId}`)).status).toBe(200);
});

it('keeps a backup in S3, copies it to a bucket of another account, and restores from there byte for byte, also on another server', async ({
  fleet,
  onTestFinished,
}) => {
  const { owner } = stage;
  const store = await ObjectStore.start('near');
  onTestFinished(() => store.stop());
  const other = await store.user('other');
  await store.makeBucket('far', other);
  const bucket = async (name: string, { accessKeyId, secretAccessKey }: Credentials): Promise<string> => {
    const endpoint = store.endpoint(`172.27.${firstEngine}.1`);
    const config = { endpoint, bucket: name, prefix: 'odoo', accessKeyId, secretAccessKey };
    return (await owner.post('/backup-destinations', { name, destinationType: 's3_compatible', config })).text('id');
  };
  const [near, far] = [await bucket('near', store), await bucket('far', other)];
  const files = `/var/lib/odoo/filestore/${stage.database}`;
  const sums = (): Promise<string> =>
    stage.inside('odoo', 'sh', '-c', `cd '${files}' && find . -type f -exec sha256sum {} + | sort`);
  await stage.inside('odoo', 'sh', '-c', `mkdir -p '${files}/ef' && head -c 9000017 /dev/urandom >'${files}/ef/ef56'`);
  await stage.query("INSERT INTO res_partner (name) VALUES ('A customer in S3')");
  const before = await sums();

  const backup = await stage.taken({ destinationId: near, instanceId: stage.instanceId });
  expect(backup.body).toMatchObject({ status: 'completed', isVerified: true, destinationId: near });
  // Two accounts of one service: the snapshot goes by way of the server's disk.
  const copy = await owner.post(`/backups/${backup.text('id')}/copies`, { destinationId: far });
  await ended(owner, copy, 'succeeded');
  const copyId = copy.text('id');
  const sizes = { databaseSize: backup.at('databaseSize'), filestoreSize: backup.at('filestoreSize') };
  expect((await owner.get(`/backups/${copyId}`)).body).toMatchObject({
    ...sizes,
    status: 'completed',
    isVerified: true,
  });
  expect(await stage.left()).toEqual([]);

  // Staging on a server that has never seen the instance.
  const [, second] = fleet.servers;
  if (!second) throw new Error('The fleet has no second server');
  await loadDatabaseOdoo(second.engine.docker);
  const elsewhere = await owner.post(`/backups/${backup.text('id')}/restore`, {
    target: 'new',
    name: 'Elsewhere',
    serverId: await owner.activeServer(second),
    environmentId: await owner.environment('staging'),
  });
  await ended(owner, elsewhere, 'succeeded');
  const container = `ocore-${elsewhere.text('id')}`;
  const customers = "SELECT count(*) FROM res_partner WHERE name = 'A customer in S3'";
  expect(await psql(second, `${container}-db`, 'elsewhere', customers)).toBe('1');
  const summed = 'cd /var/lib/odoo/filestore/elsewhere && find . -type f -exec sha256sum {} + | sort';
  expect(await inContainer(second, `${container}-odoo`, ['sh', '-c', summed])).toBe(before);
  await ended(owner, await owner.delete(`/instances/${elsewhere.text('id')}`), 'succeeded');

  const change = async (): Promise<void> => {
    await stage.query("DELETE FROM res_partner WHERE name = 'A customer in S3'");
    await stage.inside('odoo', 'sh', '-c', `rm '${files}/ef/ef56' && echo changed >'${files}/ab/ab12'`);
  };
  for (const id of [backup.text('id'), copyId]) {
    await change();
    await ended(owner, await owner.post(`/backups/${id}/restore`, { safetyBackup: false }), 'succeeded');
    expect(await stage.query(customers)).toBe('1');
    expect(await sums()).toBe(before);
    await ended(owner, await owner.delete(`/backups/${id}`), 'succeeded');
  }
  for (const [name, account] of [
    ['near', store],
    ['far', other],
  ] as const)
    expect(
      (await store.keys(name, 'odoo/', account)).filter((key) => /\/(?:data|snapshots|locks)\//.test(key)),
    ).toEqual([]);
});

it('backs up a stopped instance before it deletes it, and its backup outlives it', async () => {
  const { owner, instanceId } = stage;
  await ended(owner, await owner.post(`/instances/${instanceId}/stop`), 'succeeded');
  const stopped = await stage.backup({ destinationId: disk.id });
  expect([stopped.status, stopped.text('error.code')]).toEqual([409, 'invalid_state']);
  const forced = await owner.delete(`/instances/${instanceId}`, {
    finalBackup: true,
    force: true,
    confirmName: 'Kept',
  });
  expect([forced.status, forced.text('error.code')]).toEqual([422, 'unprocessable']);
  await ended(
    owner,
    await owner.delete(`/instances/${instanceId}`, { finalBackup: true, destinationId: disk.id }),
    'succeeded',
  );
  expect((await owner.get(`/instances/${instanceId}`)).status).toBe(404);
  const list = await owner.get('/backups?backup_type=pre_delete');
  expect(list.at('data.0')).toMatchObject({ status: 'completed', isVerified: true, instanceId });
  const id = list.text('data.0.id');
  await ended(owner, await owner.post(`/backups/${id}/verify`), 'succeeded');
  await ended(owner, await owner.delete(`/backups/${id}`), 'succeeded');
  expect(await stage.left()).toEqual([]);
});
