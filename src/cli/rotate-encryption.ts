import { Command } from 'commander';
import { z } from 'zod';
import { sealedColumns } from '../sealed-columns.ts';
import { rotateEncryption } from '../secrets/rotate.ts';
import { withInstallation } from './installation.ts';

const options = z.object({ settle: z.coerce.number().min(0).max(3600) });

export const rotateEncryptionCommand = new Command('rotate-encryption')
  .description(
    'Re-encrypt every stored secret with a new data key, and wrap the data keys with SSH_ENCRYPTION_KEY. Run it again to resume an interrupted rotation.',
  )
  .option('--settle <seconds>', 'how long requests that started earlier may still write with the old key', '40')
  .action(async (given: unknown) => {
    const { settle } = options.parse(given);
    await withInstallation(({ db, masters }) =>
      rotateEncryption({
        db,
        masters,
        columns: sealedColumns,
        settle,
        say: (line) => process.stdout.write(`${line}\n`),
      }),
    );
  });
