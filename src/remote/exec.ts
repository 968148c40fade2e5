import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import tar from 'tar-stream';
import { RemoteError, dockerStatus, toRemoteError } from './errors.ts';
import { LineReader, StreamDemuxer } from './lines.ts';
import { containerLogs } from './logs.ts';

/** Runs an argument array inside a container; stdin carries data. The exit code is the program's own. */
export async function execInContainer(
  container: Docker.Container,
  argv: readonly string[],
  options: { input?: string; user?: string; env?: readonly string[]; signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const exec = await container.exec({
      Cmd: [...argv],
      AttachStdin: options.input !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      ...(options.user ? { User: options.user } : {}),
      ...(options.env ? { Env: [...options.env] } : {}),
    });
    const stream = await exec.start({ hijack: true, stdin: options.input !== undefined });
    const output = { stdout: '', stderr: '' };
    const readers = {
      stdout: new LineReader((line) => { output.stdout += `${line}\n`; }),
      stderr: new LineReader((line) => { output.stderr += `${line}\n`; }),
    };
    const demuxer = new StreamDemuxer((name, data) => readers[name].push(data));
    await new Promise<void>((resolve, reject) => {
      const stop = (error: RemoteError): void => { reject(error); stream.destroy(); };
      const aborted = (): void => stop(new RemoteError('remote_cancelled', 'The command was cancelled'));
      const timer = setTimeout(() => stop(new RemoteError('remote_timeout', 'The command took too long')), options.timeoutMs ?? 60_000);
      options.signal?.addEventListener('abort', aborted);
      const done = (): void => { clearTimeout(timer); options.signal?.removeEventListener('abort', aborted); stream.destroy(); resolve(); };
      stream.on('data', (chunk: Buffer) => demuxer.push(chunk));
      stream.on('end', done);
      stream.on('close', done);
      stream.on('error', (error: Error) => stop(toRemoteError(error)));
      if (options.input !== undefined) stream.end(options.input);
    });
    readers.stdout.end();
    readers.stderr.end();
    const { ExitCode } = await exec.inspect();
    return { code: ExitCode ?? -1, ...output };
  } catch (error) {
    throw toRemoteError(error);
  }
}

export interface PlacedFile {
  path: string;
  content: string;
  mode: number;
  uid: number;
  gid: number;
}

/** Puts one file into a container, started or not. */
export async function putFile(container: Docker.Container, file: PlacedFile): Promise<void> {
  const pack = tar.pack();
  pack.entry({ name: file.path.replace(/^\//, ''), mode: file.mode, uid: file.uid, gid: file.gid }, file.content);
  pack.finalize();
  await container.putArchive(await buffer(pack), { path: '/' }).catch((error: unknown) => { throw toRemoteError(error); });
}

/**
 * Starts a container that has been created, or goes on with it when it runs or has ended already, gives its lines and
 * waits for its exit code. Abort kills it. The caller removes it.
 */
export async function runOneOff(container: Docker.Container, options: { onLine: (line: string) => void; signal: AbortSignal }): Promise<number> {
  const kill = (): void => { container.kill().catch(() => {}); };
  options.signal.addEventListener('abort', kill);
  try {
    if (options.signal.aborted) throw new RemoteError('remote_cancelled', 'The work was cancelled');
    const before = await container.inspect();
    if (before.State.Status === 'created') {
      await container.start().catch((error: unknown) => { if (dockerStatus(error) !== 304) throw error; });
    }
    for await (const { line } of containerLogs(container, { follow: true, signal: options.signal })) options.onLine(line);
    const { StatusCode }: { StatusCode: number } = await container.wait();
    if (options.signal.aborted) throw new RemoteError('remote_cancelled', 'The work was cancelled');
    return StatusCode;
  } catch (error) {
    throw toRemoteError(error);
  } finally {
    options.signal.removeEventListener('abort', kill);
    if (options.signal.aborted) await container.kill().catch(() => {});
  }
}
