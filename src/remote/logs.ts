import type { DockerEngine } from './docker/engine.ts';
import { LineReader, StreamDemuxer } from './lines.ts';
import { Pace } from './pace.ts';
import { Deadline } from './within.ts';

/** How long the lines that are there may take to come. */
const readMs = 60_000;

export interface ContainerLine {
  stream: 'stdout' | 'stderr';
  /** When the container wrote it. */
  at: Date | null;
  /** The same as the engine tells it, to the nanosecond; empty if it does not. */
  stamp: string;
  line: string;
}

export interface LogOptions {
  follow: boolean;
  /** How many of the newest lines. */
  tail?: number;
  since?: Date;
  signal?: AbortSignal;
}

/** The lines of a container without TTY, oldest first; with `follow` until the signal aborts or the container ends. */
export async function* containerLogs(
  docker: DockerEngine,
  container: string,
  options: LogOptions,
): AsyncGenerator<ContainerLine> {
  // What is there is read in a bounded time; what comes is read for as long as somebody wants it.
  const deadline = options.follow
    ? undefined
    : new Deadline({ what: 'Reading the log', ms: readMs, signal: options.signal });
  try {
    // A server may send more than it was asked for.
    let left = options.follow ? Number.POSITIVE_INFINITY : (options.tail ?? Number.POSITIVE_INFINITY);
    for await (const line of linesOf(docker, container, options, deadline?.signal ?? options.signal)) {
      yield line;
      left -= 1;
      if (left <= 0) break;
    }
  } catch (error) {
    // Whoever follows until they have enough is not told an error for it.
    if (!options.follow || !options.signal?.aborted) throw error;
  } finally {
    deadline?.close();
  }
}

async function* linesOf(
  docker: DockerEngine,
  container: string,
  options: LogOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<ContainerLine> {
  const lines: ContainerLine[] = [];
  const reader = (stream: 'stdout' | 'stderr') =>
    new LineReader(({ stamp, line }) => lines.push({ stream, at: stamp ? new Date(stamp) : null, stamp, line }));
  const readers = { stdout: reader('stdout'), stderr: reader('stderr') };
  const demuxer = new StreamDemuxer((stream, data, part) => readers[stream].push(data, part));
  const body = await docker.containerLogs(
    container,
    {
      stdout: 'true',
      stderr: 'true',
      timestamps: 'true',
      follow: String(options.follow),
      ...(options.tail === undefined ? {} : { tail: String(options.tail) }),
      ...(options.since ? { since: String(options.since.getTime() / 1000) } : {}),
    },
    { signal },
  );
  const pace = new Pace();
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    demuxer.push(bytes);
    yield* lines.splice(0);
    await pace.take(bytes.length, signal);
  }
  demuxer.end();
  readers.stdout.end();
  readers.stderr.end();
  yield* lines.splice(0);
}
