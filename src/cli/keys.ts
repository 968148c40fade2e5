import { Command } from 'commander';
import { ConfigError } from '../config.ts';
import { keyStatus } from './key-status.ts';
import { rotateEncryptionCommand } from './rotate-encryption.ts';
import { rotateSigningCommand } from './rotate-signing.ts';

const program = new Command('keys')
  .description('Manage the keys of this installation. oCore can keep running.')
  .addCommand(keyStatus)
  .addCommand(rotateEncryptionCommand)
  .addCommand(rotateSigningCommand);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : `Failed: ${error instanceof Error ? error.message : String(error)}`}\n`,
  );
  process.exitCode = 1;
}
