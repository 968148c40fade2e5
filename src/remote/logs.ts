import type Docker from 'dockerode';
import { toRemoteError } from './errors.ts';
import { LineReader, StreamDemuxer } from './lines.ts';

export interface ContainerLine {
  stream: 'stdout' | 'stderr';
  /** When the container wrote it. */
  at: Date | null;
  line: string;
}

export interface LogOptions {
  follow: boolean;
  /** How many of the newest lines. */
  tail?: number;
  since?: Date;
  signal?: AbortSignal;
}

function parseLine(stream: 'stdout' | 'stderr', text: string): ContainerLine {
  const space = text.indexOf(' ');
  const at = new Date(text.slice(0, space));
  return Number.isNaN(at.getTime()) ? { stream, at: null, line: text } : { stream, at, line: text.slice(space + 1) };
}

/** The lines of a container without TTY, oldest first; with `follow` until the signal aborts or the container ends. */
export async function* containerLogs(container: Docker.Container, options: LogOptions): AsyncGenerator<ContainerLine> {
  const lines: ContainerLine[] = [];
  const readers = { stdout: new LineReader((line) => lines.push(parseLine('stdout', line))), stderr: new LineReader((line) => lines.push(parseLine('stderr', line))) };
  const demuxer = new StreamDemuxer((stream, data) => readers[stream].push(data));
  const query = { stdout: true, stderr: true, timestamps: true, ...(options.tail === undefined ? {} : { tail: options.tail }), ...(options.since ? { since: options.since.getTime() / 1000 } : {}) };
  try {
    if (!options.follow) {
      demuxer.push(await container.logs({ ...query, follow: false }));
    } else {
      const stream = await container.logs({ ...query, follow: true });
      const stop = (): void => { if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy(); };
      options.signal?.addEventListener('abort', stop);
      try {
        for await (const chunk of stream) {
          demuxer.push(Buffer.from(chunk));
          yield* lines.splice(0);
        }
      } catch (error) {
        if (!options.signal?.aborted) throw error;
      } finally {
        options.signal?.removeEventListener('abort', stop);
        stop();
      }
    }
    readers.stdout.end();
    readers.stderr.end();
    yield* lines.splice(0);
  } catch (error) {
    throw toRemoteError(error);
  }
}
