import { Command } from 'commander';
import { z } from 'zod';
import { startEmbedded } from '../../prisma/embedded.ts';
import { readRestoreConfig } from '../config.ts';
import { restore } from '../system-backups/index.ts';
import { passphraseFor } from './ask-passphrase.ts';
import { sourceOf } from './backup-source.ts';

const options = z.object({ oldIsStopped: z.literal(true).optional() });

export const restoreCommand = new Command('restore')
  .description(
    'Restore a backup into an empty DATA_DIR or an empty database of DATABASE_URL. <backup>: a file, the name of one in BACKUP_DESTINATION, or latest.',
  )
  .argument('<backup>')
  .option('--old-is-stopped', 'the oCore that made the backup does not run any more, and will not be started again')
  .action(async (given: string, flags: unknown) => {
    // Two that manage the same servers work against each other, and neither knows of the other.
    if (!options.parse(flags).oldIsStopped)
      throw new Error(
        'Stop the oCore that made the backup, so that it cannot start again, and add --old-is-stopped: two of them on the same servers would undo each other’s work',
      );
    const config = readRestoreConfig(process.env);
    const passphrase = await passphraseFor(config);
    const source = await sourceOf(config, given);
    const embedded = config.DATABASE_URL === undefined ? await startEmbedded(config.DATA_DIR) : undefined;
    try {
      const { head, rows, operations, keyFiles } = await restore({
        databaseUrl: config.DATABASE_URL ?? embedded?.url ?? '',
        dataDir: config.DATA_DIR,
        encryptionKey: config.SSH_ENCRYPTION_KEY,
        source: source.content,
        passphrase,
      });
      const lines = [
        `Restored ${source.name}: ${rows} rows, as they were at ${head.createdAt}.`,
        `Operations that were under way then: ${operations}. They end as failed with installation_restored; none is repeated.`,
        ...keyFiles.map((path) => `A key of the installation was written to ${path}.`),
        ...(keyFiles.length > 0
          ? [
              'With ENVIRONMENT=production, set SSH_ENCRYPTION_KEY (and SSH_ENCRYPTION_KEY_PREVIOUS) to what these files contain.',
            ]
          : []),
        `The address was ${head.appUrl}. Start oCore with the same settings as before.`,
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    } finally {
      await source.close();
      await embedded?.stop();
    }
  });
