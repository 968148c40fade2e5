import type { Channel } from './channel.ts';
import { RemoteError } from './errors.ts';
import type { RunOptions, RunResult } from './host.ts';
import { Output } from './output.ts';
import { marks } from './script.ts';
import { knownShellProblem, shellProblem } from './shell-problem.ts';

/** How long a shell may take until it begins a command: its start-up files run first. */
export const beginningMs = 15_000;

/** What a script printed, and its exit code; undefined where it did not come to its end. */
function answerIn(printed: string): { stdout: string; code: number } | undefined {
  const begin = printed.indexOf(marks.begin);
  const end = printed.lastIndexOf(marks.end);
  const code = /^\d{1,3}\n/.exec(printed.slice(end + marks.end.length, end + marks.end.length + 4))?.[0];
  const from = begin + marks.begin.length;
  if (begin < 0 || end < from || code === undefined) return undefined;
  return { stdout: printed.slice(from, end), code: Number(code) };
}

/** Gives a command its input and waits for its end; one that writes too much, or takes too long, is ended. */
export function outputOf(channel: Channel, options: RunOptions, signal: AbortSignal): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const { raw } = channel;
    const limit = options.maxOutputBytes ?? 1024 * 1024;
    const [stdout, stderr] = [new Output(limit), new Output(limit)];
    let begun = false;
    const printed = (): string => `${stdout.text}\n${stderr.text}`;
    const stop = (error: unknown): void => {
      clearTimeout(late);
      reject(error);
      raw.signal('KILL');
      channel.close();
    };
    const late = setTimeout(() => stop(shellProblem(printed(), 'late')), beginningMs);
    const aborted = (): void => stop(signal.reason);
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    const read = stdout.reader(stop);
    raw.on('data', (chunk: Buffer) => {
      read(chunk);
      if (begun) return;
      begun = stdout.text.includes(marks.begin);
      if (!begun) {
        const known = knownShellProblem(stdout.text.slice(0, 4096), 'early');
        if (known) stop(known);
        return;
      }
      clearTimeout(late);
      // Not before: a start-up file may have put another program in the place of the shell, which would run the data.
      if (options.input !== undefined) raw.end(options.input);
    });
    raw.stderr.on('data', stderr.reader(stop));
    // With the status: 'exit' comes before anybody can listen when a busy line brings everything at once.
    raw.on('close', (code?: number | null) => {
      clearTimeout(late);
      signal.removeEventListener('abort', aborted);
      const answer = answerIn(stdout.text);
      if (answer) resolve({ ...answer, stderr: stderr.text });
      // No status: the command was killed, or the connection went away under it.
      else if (typeof code !== 'number')
        reject(new RemoteError('ssh_connection_lost', 'The connection was lost while a command was running'));
      else if (!begun) reject(shellProblem(printed(), code));
      else
        reject(
          new RemoteError('remote_command_failed', `The shell ended with exit code ${code} in the middle of a command`),
        );
    });
    if (options.input === undefined) raw.end();
  });
}
