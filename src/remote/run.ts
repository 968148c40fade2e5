import type { Channel } from './channel.ts';
import { RemoteError } from './errors.ts';
import type { RunOptions, RunResult } from './host.ts';
import { Output } from './output.ts';

/** Gives a command its input and waits for its end; one that writes too much, or takes too long, is ended. */
export function outputOf(channel: Channel, options: RunOptions, signal: AbortSignal): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const { raw } = channel;
    const limit = options.maxOutputBytes ?? 1024 * 1024;
    const [stdout, stderr] = [new Output(limit), new Output(limit)];
    const stop = (error: unknown): void => {
      reject(error);
      raw.signal('KILL');
      channel.close();
    };
    const aborted = (): void => stop(signal.reason);
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    raw.on('data', stdout.reader(stop));
    raw.stderr.on('data', stderr.reader(stop));
    // With the status: 'exit' comes before anybody can listen when a busy line brings everything at once.
    raw.on('close', (code?: number | null) => {
      signal.removeEventListener('abort', aborted);
      // No status: the command was killed, or the connection went away under it.
      if (typeof code !== 'number')
        reject(new RemoteError('ssh_connection_lost', 'The connection was lost while a command was running'));
      else resolve({ stdout: stdout.text, stderr: stderr.text, code });
    });
    raw.end(options.input ?? '');
  });
}
