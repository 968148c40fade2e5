import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type BackupConfig, passphraseIn } from '../config-backup.ts';

/** The passphrase of the environment or its file, or what somebody types, which is not shown. Arguments are in the process list. */
export async function passphraseFor(config: BackupConfig): Promise<string> {
  const given = passphraseIn(config);
  if (given !== undefined) return given;
  if (!process.stdin.isTTY)
    throw new Error('The passphrase is missing: set BACKUP_PASSPHRASE_FILE or BACKUP_PASSPHRASE');
  process.stdout.write('Passphrase of the backup: ');
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: nothing, terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stdout.write('\n');
  }
}
