import { findContainer, removeContainer, wasInterrupted } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { type RemoteHost, runOneOff, unless } from '../remote/index.ts';

const maxInterruptions = 5;

/** Runs `pg_basebackup` to its end; a copy that the engine took down half-way begins again, over an empty volume. */
export async function runCopy(
  { signal, log, progress }: Pick<StepContext<unknown>, 'signal' | 'log' | 'progress'>,
  host: RemoteHost,
  volume: string,
  ensure: () => Promise<string>,
): Promise<string> {
  for (let interruptions = 0; ; interruptions += 1) {
    const id = await ensure();
    const last: string[] = [];
    const code = await runOneOff(host.docker, id, {
      signal,
      onLine: ({ line }) => {
        const done = /\((\d+)%\)/.exec(line)?.[1];
        if (done) return progress(Number(done), line.trim());
        log('info', line);
        last.push(line);
        if (last.length > 5) last.shift();
      },
    });
    if (code === 0) return 'Copied';
    const info = await findContainer(host, id);
    if ((info && !wasInterrupted(info)) || interruptions >= maxInterruptions)
      throw new StepError('database_error', `pg_basebackup ended with exit code ${code}: ${last.join(' ')}`);
    log('warning', `The copy was interrupted from outside (exit code ${code}); it starts again`);
    if (info) await removeContainer(host, info.Id);
    await unless(404, host.docker.removeVolume(volume));
  }
}
