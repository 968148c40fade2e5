import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/database.ts';
import { makeLog } from '../../src/log.ts';
import { SecretBox } from '../../src/secrets/box.ts';
import { KeyRing } from '../../src/secrets/key-ring.ts';
import { MasterKeys } from '../../src/secrets/master-keys.ts';
import { openStorage } from '../../src/storage/index.ts';
import { makeBackup } from '../../src/system-backups/index.ts';
import { Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { Program } from '../kit/program.ts';

export const passphrase = 'correct horse battery staple';

/** A directory that other users of the machine may enter: PostgreSQL is one. */
export async function openDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-backup-'));
  await chmod(dir, 0o755);
  return dir;
}

/** Backs the control plane of a test up into a directory, while it runs; gives the path of the backup. */
export async function backUp(ocore: Ocore, dir: string): Promise<string> {
  const config = readConfig({ ENVIRONMENT: 'test', DATA_DIR: ocore.dir });
  const db = openDatabase(ocore.running.databaseUrl, 4, () => {});
  try {
    const secrets = new SecretBox(await KeyRing.load(db.pool, new MasterKeys(config.SSH_ENCRYPTION_KEY)));
    const log = makeLog({ ...config, LOG_LEVEL: 'silent' }, () => {});
    const storage = openStorage({ kind: 'directory', dir });
    const making = { databaseUrl: ocore.running.databaseUrl, storage, passphrase, trigger: 'command' as const };
    const backup = await makeBackup({ config, db, secrets, log }, making);
    if (!backup) throw new Error('Another backup was being made');
    return join(dir, backup.file);
  } finally {
    await db.close();
  }
}

/** `npm run backup -- …` */
export async function command(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const program = Program.run('src/cli/backup.ts', args, { BACKUP_PASSPHRASE: passphrase, ...env });
  return { code: await program.ended(), output: program.output };
}

/** The same person, with the same token, at another address. */
export const at = (url: string, { token, org, refreshToken, email }: Client): Client =>
  new Client(url, token, org, refreshToken, email);
