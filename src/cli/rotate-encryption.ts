import { Command } from 'commander';
import { z } from 'zod';
import { sealedColumns } from '../sealed-columns.ts';
import { rotateEncryption } from '../secrets/rotate.ts';
import { withInstallation } from './installation.ts';

const options = z.object({ settle: z.coerce.number().min(0).max(3600) });

export const rotateEncryptionCommand = new Command('rotate-encryption')
  .description('Seal every stored secret anew with a new data key, and wrap the data keys with SSH_ENCRYPTION_KEY. An interrupted rotation goes on with the next call.')
  .option('--settle <seconds>', 'how long requests that began before may still write with the old key', '40')
  .action(async (given: unknown) => {
    const { settle } = options.parse(given);
    await withInstallation(({ db, masters }) => rotateEncryption({ db, masters, columns: sealedColumns, settle, say: (line) => process.stdout.write(`${line}\n`) }));
  });
