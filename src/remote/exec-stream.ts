import { once } from 'node:events';
import type { DockerEngine } from './docker/engine.ts';
import { RemoteError } from './errors.ts';
import { StreamDemuxer } from './lines.ts';
import { Output } from './output.ts';

const maxErrorBytes = 64 * 1024;

export interface StreamedExec {
  signal?: AbortSignal;
  user?: string;
}

async function begin(
  docker: DockerEngine,
  container: string,
  argv: readonly string[],
  { signal, user }: StreamedExec,
  input: boolean,
) {
  const options = signal ? { signal } : {};
  const id = await docker.createExec(
    container,
    { Cmd: argv, AttachStdin: input, AttachStdout: true, AttachStderr: true, ...(user ? { User: user } : {}) },
    options,
  );
  return { id, stream: await docker.startExec(id, options) };
}

/** A program that did not end well. */
export class ProgramFailure extends RemoteError {
  /** Null where the engine does not tell. */
  readonly exitCode: number | null;
  readonly said: string;

  constructor(program: string | undefined, exitCode: number | null, said: string) {
    super('remote_command_failed', `${program} ended with exit code ${exitCode}: ${said.slice(0, 500)}`);
    this.exitCode = exitCode;
    this.said = said;
  }
}

/** Whether the program ended well; throws with what it said if not. */
async function ended(docker: DockerEngine, id: string, program: string | undefined, said: string): Promise<void> {
  const { ExitCode } = await docker.inspectExec(id);
  if (ExitCode !== 0) throw new ProgramFailure(program, ExitCode ?? null, said);
}

/** What a program in a container writes, piece by piece, at the speed of its reader. Throws if the program fails. */
export async function* readExec(
  docker: DockerEngine,
  container: string,
  argv: readonly string[],
  options: StreamedExec = {},
): AsyncGenerator<Buffer> {
  const { id, stream } = await begin(docker, container, argv, options, false);
  const pieces: Buffer[] = [];
  const errors = new Output(maxErrorBytes);
  const demuxer = new StreamDemuxer((name, data) => {
    if (name === 'stdout') pieces.push(data);
    else errors.push(data);
  });
  // Leaving the loop, by whatever way, destroys the stream.
  for await (const chunk of stream) {
    demuxer.push(Buffer.from(chunk));
    yield* pieces.splice(0);
  }
  demuxer.end();
  await ended(docker, id, argv[0], errors.text);
}

export interface FedExec {
  /** How many bytes the program was given, and has taken to its end. */
  bytes: number;
  /** Why there were no more, if their source broke off. */
  broken: unknown;
}

/**
 * Gives a program in a container its input, at the program's speed. A source that breaks off ends the input there: the
 * program ends well with what it got. Throws if the program fails.
 */
export async function feedExec(
  docker: DockerEngine,
  container: string,
  argv: readonly string[],
  source: AsyncIterable<Uint8Array>,
  options: StreamedExec = {},
): Promise<FedExec> {
  const { id, stream } = await begin(docker, container, argv, options, true);
  const errors = new Output(maxErrorBytes);
  const demuxer = new StreamDemuxer((_name, data) => errors.push(data));
  const output = (async (): Promise<void> => {
    for await (const chunk of stream) demuxer.push(Buffer.from(chunk));
    demuxer.end();
  })();
  output.catch(() => {});
  let bytes = 0;
  let broken: unknown;
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const next = await iterator.next().catch((error: unknown) => {
      broken = error ?? new Error('The source broke off');
      return undefined;
    });
    if (!next || next.done || stream.destroyed) break;
    bytes += next.value.length;
    if (!stream.write(next.value)) await Promise.race([once(stream, 'drain'), output]);
  }
  stream.end();
  await output;
  await ended(docker, id, argv[0], errors.text);
  return { bytes, broken };
}
