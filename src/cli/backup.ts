import { Command } from 'commander';
import { readRestoreConfig } from '../config.ts';
import { testStorage } from '../storage/index.ts';
import { filePrefix, openDestination, verifyBackup } from '../system-backups/index.ts';
import { passphraseFor } from './ask-passphrase.ts';
import { createCommand } from './backup-create.ts';
import { restoreCommand } from './backup-restore.ts';
import { sourceOf } from './backup-source.ts';
import { runProgram } from './run-program.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const listCommand = new Command('list').description('List the backups in BACKUP_DESTINATION.').action(async () => {
  const storage = openDestination(readRestoreConfig(process.env));
  const files = await storage.list(filePrefix).finally(() => storage.close());
  for (const { name, size, modifiedAt } of files) say(`${name}  ${size} bytes  ${modifiedAt.toISOString()}`);
  if (files.length === 0) say(`${storage.place} has no backup`);
});

const verifyCommand = new Command('verify')
  .description('Read a backup and check that it can be opened and is complete. Nothing is changed.')
  .argument('<backup>', 'a file, the name of one in BACKUP_DESTINATION, or latest')
  .action(async (given: string) => {
    const config = readRestoreConfig(process.env);
    const passphrase = await passphraseFor(config);
    const source = await sourceOf(config, given);
    const { head, tables, rows } = await verifyBackup(source.content, passphrase).finally(() => source.close());
    say(`${source.name} is complete: ${rows} rows in ${tables} tables, as they were at ${head.createdAt}`);
  });

const testCommand = new Command('test')
  .description('Write, read and delete a small file in BACKUP_DESTINATION.')
  .action(async () => {
    const storage = openDestination(readRestoreConfig(process.env));
    await testStorage(storage).finally(() => storage.close());
    say(`${storage.place} can be used`);
  });

const program = new Command('backup')
  .description('Back this installation up, and restore it on another machine.')
  .addCommand(createCommand)
  .addCommand(listCommand)
  .addCommand(verifyCommand)
  .addCommand(testCommand)
  .addCommand(restoreCommand);

await runProgram(program);
