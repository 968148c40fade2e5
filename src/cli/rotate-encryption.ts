import { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { sealedColumns } from '../sealed-columns.ts';
import { MasterKeys } from '../secrets/master-keys.ts';
import { rotateEncryption } from '../secrets/rotate.ts';
import { commandDatabase } from './database.ts';

const options = z.object({ settle: z.coerce.number().min(0).max(3600) });

export const rotateEncryptionCommand = new Command('rotate-encryption')
  .description('Seal every stored secret anew with a new data key, and wrap the data keys with SSH_ENCRYPTION_KEY. An interrupted rotation goes on with the next call.')
  .option('--settle <seconds>', 'how long requests that began before may still write with the old key', '40')
  .action(async (given: unknown) => {
    const { settle } = options.parse(given);
    const config = readConfig(process.env);
    const { db, close } = await commandDatabase(config);
    try {
      const masters = new MasterKeys(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS);
      await rotateEncryption({ db, masters, columns: sealedColumns, settle, say: (line) => process.stdout.write(`${line}\n`) });
    } finally {
      await close();
    }
  });
