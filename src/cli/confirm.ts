import { createInterface } from 'node:readline/promises';

/** Asks before anything on this machine is changed; throws when the answer is no, or when nobody is there to answer. */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Error(`${question} Confirm with --yes, or use another server with --server user@host.`);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new Error('Nothing was changed. Use another server with --server user@host.');
}
