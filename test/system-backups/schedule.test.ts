import { rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { it } from '../kit/fixtures.ts';
import { command, openDirectory, passphrase } from './kit.ts';

const dir = await openDirectory();
const env = {
  BACKUP_DESTINATION: `file://${dir}/backups`,
  BACKUP_PASSPHRASE: passphrase,
  BACKUP_SCHEDULE: '0 0 1 1 *',
  BACKUP_KEEP: '2',
};
it.override('env', env);
afterAll(() => rm(dir, { recursive: true, force: true }));

const files = () => {
  try {
    return readdirSync(join(dir, 'backups')).sort();
  } catch {
    return [];
  }
};
const rows = (ocore: { sql: (text: string) => Promise<{ status: string }[]> }) =>
  ocore.sql('SELECT status::text FROM system_backups ORDER BY started_at');

it('makes the first scheduled backup at once, and no second one before its time', async ({ ocore }) => {
  await expect.poll(async () => rows(ocore)).toEqual([{ status: 'completed' }]);
  expect(files()).toEqual([expect.stringMatching(/^ocore-\d{8}T\d{6}Z-[0-9a-f]{12}\.age$/)]);
  await ocore.restart();
  expect(await rows(ocore)).toHaveLength(1);
  const audit = await ocore.sql(
    "SELECT action, after_state->>'file' AS file FROM audit_entries WHERE action LIKE 'system.%'",
  );
  expect(audit).toEqual([{ action: 'system.backup_completed', file: files()[0] }]);
});

it('keeps the newest, and files that it did not write', async ({ ocore }) => {
  const [first = ''] = files();
  await writeFile(join(dir, 'backups', 'ocore-20200101T000000Z-another.age'), 'of another installation');
  const created = { ...env, DATA_DIR: ocore.dir, BACKUP_SCHEDULE: 'off' };
  for (let i = 0; i < 2; i += 1)
    expect(await command(['create'], created)).toEqual({
      code: 0,
      output: expect.stringContaining('Written and read back'),
    });
  expect(files()).toHaveLength(3);
  expect(files()).toContain('ocore-20200101T000000Z-another.age');
  expect(files()).not.toContain(first);
});

it('tells the administrators of a failure, and leaves nothing of it', async ({ ocore, owner }) => {
  await writeFile(join(dir, 'file'), 'no directory');
  const failed = { ...env, DATA_DIR: ocore.dir, BACKUP_DESTINATION: `file://${dir}/file` };
  for (let i = 0; i < 2; i += 1)
    expect(await command(['create'], failed)).toEqual({
      code: 1,
      output: expect.stringMatching(/^Failed: E(EXIST|NOTDIR)/m),
    });
  expect((await rows(ocore)).slice(-2)).toEqual([{ status: 'failed' }, { status: 'failed' }]);
  // One letter for failures in a row.
  const letters = await ocore.sql(
    "SELECT id FROM mails WHERE subject = 'The backup of oCore failed' AND recipient = $1",
    [owner.email],
  );
  expect(letters).toHaveLength(1);
  expect(await ocore.letterTo(owner.email)).toMatch(/The last good backup is ocore-/);
});

it('ends what a lost process left, before the next one', async ({ ocore }) => {
  await ocore.sql(
    "INSERT INTO system_backups (id, trigger, destination, file) VALUES (gen_random_uuid(), 'schedule', 'x', 'lost.age')",
  );
  expect((await command(['create'], { ...env, DATA_DIR: ocore.dir })).code).toBe(0);
  expect(await ocore.sql("SELECT error FROM system_backups WHERE file = 'lost.age'")).toEqual([
    { error: 'The process that made it was interrupted' },
  ]);
});

it.for<[string, Record<string, string>, string]>([
  ['no passphrase', { BACKUP_PASSPHRASE: '' }, 'BACKUP_PASSPHRASE: required'],
  ['a short passphrase', { BACKUP_PASSPHRASE: 'short' }, 'must have at least 12 characters'],
  ['a schedule that is none', { BACKUP_SCHEDULE: 'daily' }, 'BACKUP_SCHEDULE: must be off, or five fields'],
  ['another kind of destination', { BACKUP_DESTINATION: 'ftp://host/x' }, 'BACKUP_DESTINATION: must be file:'],
  ['a password in the destination', { BACKUP_DESTINATION: 'sftp://u:p@host/x' }, 'must have no password'],
  ['SFTP without a host key', { BACKUP_DESTINATION: 'sftp://u@host/x' }, 'BACKUP_SFTP_HOST_KEY: required'],
  ['S3 without a key', { BACKUP_DESTINATION: 's3://bucket/x' }, 'BACKUP_S3_ACCESS_KEY_ID: required'],
])('refuses a configuration with %s', ([, change, problem]) => {
  expect(() => readConfig({ ...env, DATA_DIR: dir, ...change })).toThrow(problem);
});
