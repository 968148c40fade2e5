import { environment } from './environment.ts';
import { problemOf } from './problem.ts';
import { runProgram, type RunningProgram, startProgram } from './program.ts';

interface LocalRun {
  readonly repository: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly deadline?: number | undefined;
}

const envOf = (repository: string) => environment({ home: repository, repository });

/** Runs Git on what is here, without any protocol; what it complains about is an error. */
export async function inRepository({
  repository,
  mostOutput,
  ...run
}: LocalRun & { mostOutput: number }): Promise<Buffer> {
  const end = await runProgram({ program: 'git', env: envOf(repository), mostOutput, ...run });
  if (end.code !== 0) throw problemOf(end);
  return end.stdout;
}

export const startInRepository = ({ repository, ...run }: LocalRun): RunningProgram =>
  startProgram({ program: 'git', env: envOf(repository), ...run });

/** Whether the repository has the commit with its tree, or the commit alone. */
export async function hasCommit(
  repository: string,
  sha: string,
  signal: AbortSignal,
  part: 'tree' | 'commit' = 'tree',
): Promise<boolean> {
  const args = ['cat-file', '-e', `${sha}^{${part}}`];
  const { code } = await runProgram({ program: 'git', args, env: envOf(repository), signal, mostOutput: 1024 });
  return code === 0;
}
