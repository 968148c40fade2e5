import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { it } from '../fleet/fixtures.ts';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { type Credentials, ObjectStore } from '../fleet/object-store/object-store.ts';
import { firstEngine } from '../fleet/slot.ts';
import type { Answer } from '../kit/client.ts';
import { ended, Stage } from './stage.ts';

const run = promisify(execFile);

it.override('env', { ODOO_IMAGE: databaseOdoo });

// Real containers, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 600_000 });

let stage: Stage;
let disk: { id: string; dir: string };

it.beforeAll(async ({ ocore, owner, server }) => {
  stage = await Stage.set(ocore, owner, server, 'Faulty');
  disk = await stage.destination();
}, 300_000);

/** The code with which the operation of a request fails; nothing of the backup may stay on the server or be called good. */
async function failure(answer: Answer): Promise<string> {
  const last = await ended(stage.owner, answer, 'failed');
  expect(await stage.left()).toEqual([]);
  const [row] = await stage.ocore.sql<{ holds: string; live: string }>(
    "SELECT (SELECT count(*) FROM repository_holds) AS holds, (SELECT count(*) FROM backups WHERE status IN ('pending', 'running')) AS live",
  );
  expect(row).toEqual({ holds: '0', live: '0' });
  return last.text('data.operationUpdated.error.code');
}

/** A dump that waits, for as long as another session holds a table. */
async function blocked(): Promise<{ answer: Answer; container: string; release(): Promise<void> }> {
  await stage.docker(
    ...['exec', '-d', stage.container('db'), 'psql', '-U', 'postgres', '-d', stage.database],
    ...['-c', "SET application_name = 'blocker'; BEGIN; LOCK TABLE res_partner; SELECT pg_sleep(300)"],
  );
  const lock =
    "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'res_partner'::regclass";
  while ((await stage.query(lock)) !== '1') await sleep(100);
  const answer = await stage.backup();
  expect(answer.status).toBe(202);
  const container = stage.container(`dump-${answer.text('operationId')}`);
  const waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'res_partner'::regclass";
  while ((await stage.query(waiting)) !== 't') await sleep(200);
  return {
    answer,
    container,
    release: async () => {
      await stage.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'blocker'");
    },
  };
}

const locks = async (password: string): Promise<string> =>
  (await stage.resticWith(disk.dir, password, 'list', 'locks', '--no-lock')).trim();
let password = '';
let good = '';

it('takes a good one first', async () => {
  good = (await stage.taken()).text('id');
  password = (await stage.owner.post(`/backups/${good}/export-key`, { password: 'correct horse 1' })).text('password');
});

it('fails when pg_dump is killed half-way', async () => {
  const { answer, container, release } = await blocked();
  for (let killed = 0; killed === 0; ) {
    const { stdout } = await stage.docker('top', container, '-eo', 'pid,comm');
    for (const [, pid] of stdout.matchAll(/(\d+)\s+pg_dump/g)) {
      process.kill(Number(pid), 'SIGKILL');
      killed += 1;
    }
  }
  // The rows are still being counted.
  await release();
  expect(await failure(answer)).toBe('dump_failed');
});

it('refuses a second one, and the deletion of the instance, while one runs; its cancel leaves nothing', async () => {
  const { answer, release } = await blocked();
  for (const refused of [await stage.backup(), await stage.owner.delete(`/instances/${stage.instanceId}`)]) {
    expect([refused.status, refused.text('error.code')]).toEqual([409, 'operation_in_progress']);
    expect(refused.text('error.message')).toContain(answer.text('operationId'));
  }
  await stage.owner.post(`/operations/${answer.text('operationId')}/cancel`);
  await ended(stage.owner, answer, 'cancelled');
  await release();
  expect((await stage.owner.get(`/backups/${answer.text('id')}`)).at('status')).toBe('cancelled');
  expect(await stage.left()).toEqual([]);
  expect(await locks(password)).toBe('');
});

it('begins the dump again when the engine is restarted under it', async () => {
  const { answer } = await blocked();
  await stage.server.engine.stop();
  await stage.server.engine.start();
  await ended(stage.owner, answer, 'succeeded');
  expect(await stage.left()).toEqual([]);
});

it('fails before it begins where the dump would not fit', async () => {
  await stage.query(
    'CREATE FUNCTION public.pg_database_size(name) RETURNS bigint LANGUAGE sql AS $$ SELECT 1000000000000000 $$',
  );
  await stage.query(`ALTER DATABASE ${stage.database} SET search_path = public, pg_catalog`);
  expect(await failure(await stage.backup())).toBe('disk_space');
  await stage.query(`ALTER DATABASE ${stage.database} RESET search_path`);
  await stage.query('DROP FUNCTION public.pg_database_size(name)');
});

it('is not green when a file could not be read', async () => {
  const { Mountpoint } = z
    .object({ Mountpoint: z.string() })
    .parse(await stage.server.engine.docker.getVolume(await filestoreVolume()).inspect());
  const file = join(Mountpoint, 'filestore', stage.database, 'ab', 'broken');
  await writeFile(file, '');
  await run('mount', ['--bind', '/proc/self/mem', file]);
  try {
    expect(await failure(await stage.backup())).toBe('snapshot_incomplete');
  } finally {
    await run('umount', [file]);
    await rm(file);
  }
});

async function filestoreVolume(): Promise<string> {
  const { Volumes } = await stage.server.engine.docker.listVolumes({
    filters: { label: [`sh.ocore.instance=${stage.instanceId}`, 'sh.ocore.part=filestore'] },
  });
  return Volumes?.[0]?.Name ?? '';
}

it('tells that the destination is full, and goes on once it has space again', async () => {
  const small = await stage.destination('Small');
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small.dir]);
  try {
    await stage.query(
      'CREATE TABLE bulk AS SELECT md5(n::text || random()) AS text FROM generate_series(1, 100000) AS n',
    );
    expect(await failure(await stage.backup({ destinationId: small.id }))).toBe('destination_full');
    await run('mount', ['-o', 'remount,size=200m', small.dir]);
    await stage.taken({ destinationId: small.id });
  } finally {
    await run('umount', ['-l', small.dir]);
    await stage.query('DROP TABLE bulk');
    await stage.ocore.sql('DELETE FROM backups WHERE destination_id = $1', [small.id]);
    await stage.ocore.sql('DELETE FROM backup_repositories WHERE destination_id = $1', [small.id]);
    await stage.ocore.sql('DELETE FROM backup_destinations WHERE id = $1', [small.id]);
  }
});

it('tells what is wrong with the repository, and never makes another in its place', async () => {
  const repository = join(disk.dir, stage.instanceId);
  await rename(repository, `${repository}.away`);
  expect(await failure(await stage.backup())).toBe('repository_missing');
  expect(await readdir(disk.dir)).toEqual([`${stage.instanceId}.away`]);
  await rename(`${repository}.away`, repository);

  await writeFile(join(disk.dir, 'new-password'), 'another password');
  await stage.resticWith(disk.dir, password, 'key', 'passwd', '--new-password-file', join(disk.dir, 'new-password'));
  expect(await failure(await stage.backup())).toBe('repository_password_wrong');
  await writeFile(join(disk.dir, 'new-password'), password);
  await stage.resticWith(
    disk.dir,
    'another password',
    'key',
    'passwd',
    '--new-password-file',
    join(disk.dir, 'new-password'),
  );

  const config = await readFile(join(repository, 'config'));
  await rm(join(repository, 'config'));
  await writeFile(join(repository, 'config'), 'not a config');
  expect(await failure(await stage.backup())).toBe('restic_failed');
  await writeFile(join(repository, 'config'), config);
  await stage.taken();
});

it('tells that a destination has become one of another server', async () => {
  const { answer, release } = await blocked();
  await stage.ocore.sql(
    `INSERT INTO servers SELECT (json_populate_record(s, json_build_object('id', gen_random_uuid(), 'name', 'Elsewhere'))).* FROM servers s WHERE id = $1`,
    [stage.serverId],
  );
  await stage.ocore.sql(
    "UPDATE backup_destinations SET server_id = (SELECT id FROM servers WHERE name = 'Elsewhere') WHERE id = $1",
    [disk.id],
  );
  await release();
  expect(await failure(answer)).toBe('destination_elsewhere');
  await stage.ocore.sql('UPDATE backup_destinations SET server_id = $2 WHERE id = $1', [disk.id, stage.serverId]);
  await stage.ocore.sql("DELETE FROM servers WHERE name = 'Elsewhere'");
});

/** A run of restic that holds a lock, by a container of this host name. */
async function holder(hostname: string): Promise<string> {
  const { stdout } = await stage.docker(
    ...[
      'run',
      '-d',
      '-i',
      '--hostname',
      hostname,
      '-e',
      `RESTIC_PASSWORD=${password}`,
      '-v',
      `${disk.dir}:${disk.dir}`,
    ],
    ...[
      'restic/restic:0.19.1',
      '-r',
      join(disk.dir, stage.instanceId),
      'backup',
      '--stdin',
      '--stdin-filename',
      'held',
    ],
  );
  while ((await locks(password)) === '') await sleep(200);
  return stdout.trim();
}

it('removes the locks of its own dead, and leaves those of others', async () => {
  const made = await stage.taken();
  const [ended_] = await stage.ocore.sql<{ id: string }>(
    "SELECT id FROM operations WHERE kind = 'backup.create' AND status <> 'running' LIMIT 1",
  );
  const dead = await holder(`ocore-${ended_?.id}`);
  await stage.docker('rm', '-f', dead);
  expect(await locks(password)).not.toBe('');
  await ended(stage.owner, await stage.owner.delete(`/backups/${made.text('id')}`), 'succeeded');
  expect(await locks(password)).toBe('');

  const other = await stage.taken();
  const laptop = await holder('laptop');
  expect(await failure(await stage.owner.delete(`/backups/${other.text('id')}`))).toBe('repository_locked');
  expect(await locks(password)).not.toBe('');
  await stage.docker('rm', '-f', laptop);
  await stage.resticWith(disk.dir, password, 'unlock', '--remove-all');
  await ended(stage.owner, await stage.owner.delete(`/backups/${other.text('id')}`), 'succeeded');
});

it('takes 100,000 files, names of 255 bytes and of every script', async () => {
  const { Mountpoint } = z
    .object({ Mountpoint: z.string() })
    .parse(await stage.server.engine.docker.getVolume(await filestoreVolume()).inspect());
  const dir = join(Mountpoint, 'filestore', stage.database);
  const script =
    'import os,sys\nfor i in range(100000):\n d=sys.argv[1]+"/%02x"%(i%256)\n if i<256: os.makedirs(d,exist_ok=True)\n open(d+"/f%d"%i,"w").write(str(i))';
  await run('python3', ['-c', script, dir]);
  const names = ['x'.repeat(255), 'Rechnung äöü €', '発注書', 'line\nbreak', 'quote\'"', 'é'];
  await mkdir(join(dir, 'names'));
  for (const name of names) await writeFile(join(dir, 'names', name), name);
  const backup = await stage.taken();
  const target = join(disk.dir, 'restored');
  await stage.resticWith(
    disk.dir,
    password,
    'restore',
    `${backup.text('snapshotId')}:/snapshot/odoo`,
    '--target',
    target,
  );
  const { stdout } = await run('diff', ['-r', dir, join(target, 'filestore', stage.database)]);
  expect(stdout).toBe('');
  await rm(target, { recursive: true });
});

it('finds a damaged pack when it reads a backup back, and calls it good no longer', async () => {
  const data = join(disk.dir, stage.instanceId, 'data');
  await cp(data, `${data}.whole`, { recursive: true });
  for (const file of await readdir(data, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const bytes = await readFile(path);
    bytes[Math.floor(bytes.length / 3)] = (bytes[Math.floor(bytes.length / 3)] ?? 0) ^ 0xff;
    await rm(path);
    await writeFile(path, bytes);
  }
  expect(await failure(await stage.owner.post(`/backups/${good}/verify`))).toBe('backup_corrupt');
  expect((await stage.owner.get(`/backups/${good}`)).body).toMatchObject({ status: 'failed', isVerified: false });
  await rm(data, { recursive: true });
  await rename(`${data}.whole`, data);
});

it('goes on with a store that was silent, tells what it refuses, and keeps what it locks', async ({
  onTestFinished,
}) => {
  const { owner, instanceId } = stage;
  const store = await ObjectStore.start();
  onTestFinished(() => store.stop());
  const keeper = await store.user('keeper');
  await store.makeBucket('kept', keeper);
  await store.makeLockedBucket('locked', 1);
  const bucket = (name: string, { accessKeyId, secretAccessKey }: Credentials): Promise<Answer> => {
    const config = { endpoint: store.endpoint(`172.27.${firstEngine}.1`), bucket: name, accessKeyId, secretAccessKey };
    return owner.post('/backup-destinations', { name, destinationType: 's3_compatible', config });
  };
  const destinationId = (await bucket('kept', keeper)).text('id');
  const keys = (folder: string): Promise<string[]> => store.keys('kept', `${instanceId}/${folder}/`, keeper);
  const first = await stage.taken({ destinationId });
  const id = first.text('id');

  // Restic has begun, and nobody answers it.
  const silent = async (): Promise<Answer> => {
    store.signal('SIGSTOP');
    const answer = await stage.backup({ destinationId });
    while (!(await stage.left()).includes('restic')) await sleep(200);
    return answer;
  };
  const slow = await silent();
  store.signal('SIGCONT');
  await ended(owner, slow, 'succeeded');
  const cancelled = await silent();
  await owner.post(`/operations/${cancelled.text('operationId')}/cancel`);
  store.signal('SIGCONT');
  await ended(owner, cancelled, 'cancelled');
  expect([await keys('locks'), (await keys('snapshots')).length, await stage.left()]).toEqual([[], 2, []]);

  await store.changeSecret('keeper', keeper, 'another-secret');
  const changed = { ...keeper, secretAccessKey: 'another-secret' };
  const refused = await stage.backup({ destinationId });
  expect(await failure(refused)).toBe('destination_refused');
  expect((await owner.get(`/backups/${refused.text('id')}`)).body).toMatchObject({
    status: 'failed',
    isVerified: false,
    statusMessage: expect.stringContaining('check the credentials'),
  });
  expect(await failure(await owner.post(`/backups/${id}/verify`))).toBe('destination_refused');
  expect((await owner.get(`/backups/${id}`)).body).toMatchObject({ status: 'completed', isVerified: true });
  const secret = { config: { secretAccessKey: changed.secretAccessKey } };
  expect((await owner.patch(`/backup-destinations/${destinationId}`, secret)).status).toBe(200);

  // It may write and not delete: nothing is lost, and the reason is told. Halfway, what is lost is not called good.
  await store.denyDeletion('kept', '*/snapshots/*', changed);
  expect(await failure(await owner.delete(`/backups/${id}`))).toBe('destination_refused');
  await ended(owner, await owner.post(`/backups/${id}/verify`), 'succeeded');
  await store.denyDeletion('kept', '*/index/*', changed);
  expect(await failure(await owner.delete(`/backups/${id}`))).toBe('restic_failed');
  expect((await owner.get(`/backups/${id}`)).body).toMatchObject({
    status: 'failed',
    isVerified: false,
    statusMessage: expect.stringContaining('delete the backup again'),
  });
  await store.denyDeletion('kept', null, changed);
  await ended(owner, await owner.delete(`/backups/${id}`), 'succeeded');
  await ended(owner, await owner.post(`/backups/${slow.text('id')}/verify`), 'succeeded');

  const locked = await bucket('locked', store);
  const held = await stage.taken({ destinationId: locked.text('id') });
  for (const force of [false, true]) {
    const kept = await owner.delete(`/backups/${held.text('id')}`, { force });
    expect([kept.status, kept.at('error.code'), kept.at('error.details.state')]).toEqual([
      409,
      'invalid_state',
      'locked',
    ]);
    expect(Date.parse(kept.text('error.details.lockedUntil'))).toBeGreaterThan(Date.now() + 23 * 3600_000);
  }
  const written = await store.versions('locked', `${instanceId}/data/`);
  // As if a day had passed for oCore alone: the bucket still keeps every object as it was.
  await stage.ocore.sql("UPDATE backups SET completed_at = now() - interval '25 hours' WHERE id = $1", [
    held.text('id'),
  ]);
  await ended(owner, await owner.delete(`/backups/${held.text('id')}`), 'succeeded');
  expect(await store.versions('locked', `${instanceId}/data/`)).toEqual(expect.arrayContaining(written));
});

it('does not delete an instance whose final backup fails', async () => {
  const repository = join(disk.dir, stage.instanceId);
  await rename(repository, `${repository}.away`);
  const final = { finalBackup: true, destinationId: disk.id };
  const answer = await stage.owner.delete(`/instances/${stage.instanceId}`, final);
  expect(await failure(answer)).toBe('repository_missing');
  expect((await stage.owner.get(`/instances/${stage.instanceId}`)).at('status')).toBe('running');
  expect(await stage.query('SELECT count(*) FROM res_users')).toBe('2');
  await rename(`${repository}.away`, repository);
});
