import { Command } from 'commander';
import { keyStatus } from './key-status.ts';
import { rotateEncryptionCommand } from './rotate-encryption.ts';
import { rotateSigningCommand } from './rotate-signing.ts';
import { runProgram } from './run-program.ts';

const program = new Command('keys')
  .description('Manage the keys of this installation. oCore can keep running.')
  .addCommand(keyStatus)
  .addCommand(rotateEncryptionCommand)
  .addCommand(rotateSigningCommand);

await runProgram(program);
