import { Command } from 'commander';
import { runningEmbedded, startEmbedded } from '../../prisma/embedded.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { makeLog } from '../log.ts';
import { SecretBox } from '../secrets/box.ts';
import { KeyRing } from '../secrets/key-ring.ts';
import { MasterKeys } from '../secrets/master-keys.ts';
import { makeBackup, openDestination } from '../system-backups/index.ts';
import { passphraseFor } from './ask-passphrase.ts';

export const createCommand = new Command('create')
  .description('Write a backup of this installation to BACKUP_DESTINATION and read it back. oCore can keep running.')
  .action(async () => {
    const config = readConfig(process.env);
    const storage = openDestination(config);
    const passphrase = await passphraseFor(config);
    const running = config.DATABASE_URL ?? (await runningEmbedded(config.DATA_DIR));
    // One that does not run is started for the backup.
    const embedded = running === undefined ? await startEmbedded(config.DATA_DIR) : undefined;
    const databaseUrl = running ?? embedded?.url ?? '';
    await migrate(databaseUrl);
    const db = openDatabase(databaseUrl, 4, () => {});
    try {
      const masters = new MasterKeys(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS);
      const secrets = new SecretBox(await KeyRing.load(db.pool, masters));
      const log = makeLog({ ...config, LOG_LEVEL: 'silent' }, () => {});
      const making = { databaseUrl, storage, passphrase, trigger: 'command' as const };
      const backup = await makeBackup({ config, db, secrets, log }, making);
      if (!backup) throw new Error('Another backup is being made; try again when it has ended');
      process.stdout.write(
        `Written and read back: ${backup.file} (${backup.sizeBytes} bytes) in ${backup.destination}\n`,
      );
    } finally {
      await db.close();
      await storage.close();
      await embedded?.stop();
    }
  });
