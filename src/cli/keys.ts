import { Command } from 'commander';
import { keyStatus } from './key-status.ts';
import { rotateEncryptionCommand } from './rotate-encryption.ts';
import { rotateSigningCommand } from './rotate-signing.ts';

const program = new Command('keys').description('The keys of this installation; for use while it runs.').addCommand(keyStatus).addCommand(rotateEncryptionCommand).addCommand(rotateSigningCommand);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
