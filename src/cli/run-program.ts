import type { Command } from 'commander';
import { ConfigError } from '../config.ts';

/** Runs a command of the operator. An error is told in one line and makes the exit code 1. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigError ? error.message : `Failed: ${error instanceof Error ? error.message : String(error)}`}\n`,
    );
    process.exitCode = 1;
  }
}
