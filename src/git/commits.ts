import { cleaned } from './problem.ts';
import { inRepository } from './local.ts';
import type { GitCommit } from './remote.ts';

/** Nothing in a commit holds a NUL. */
const format = '%H%x00%an%x00%ae%x00%ct%x00%s%x00';
/** The last second that a Date has. */
const lastSecond = 8.64e12;

const line = (text: string, longest: number): string =>
  cleaned(text.replaceAll('\n', ' '), []).slice(0, longest).toWellFormed();

/** Commits, newest first. */
export async function readCommits(options: {
  repository: string;
  /** The commit that they lead to, and, each behind `^`, those that are left out with all before them. */
  range: readonly string[];
  most: number;
  signal: AbortSignal;
  deadline?: number;
}): Promise<readonly GitCommit[]> {
  const { repository, range, most, signal, deadline } = options;
  const args = ['log', '--no-mailmap', '--no-color', `--max-count=${most}`, `--format=${format}`];
  const output = await inRepository({
    repository,
    args: [...args, '--end-of-options', ...range, '--'],
    signal,
    deadline,
    mostOutput: 16 * 1024 ** 2,
  });
  const fields = output.toString('utf8').split('\0');
  const commits: GitCommit[] = [];
  for (let at = 0; at + 5 < fields.length; at += 5) {
    const [sha = '', author = '', email = '', seconds = '', subject = ''] = fields.slice(at, at + 5);
    const time = Math.min(Math.max(0, Number(seconds) || 0), lastSecond);
    commits.push({
      sha: sha.trim(),
      author: line(author, 200),
      email: line(email, 320),
      at: new Date(time * 1000),
      subject: line(subject, 500),
    });
  }
  return commits;
}
