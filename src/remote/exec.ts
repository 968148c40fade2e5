import type { DockerEngine } from './docker/engine.ts';
import { dockerStatus, RemoteError } from './errors.ts';
import { StreamDemuxer } from './lines.ts';
import { type ContainerLine, containerLogs } from './logs.ts';
import { Output } from './output.ts';
import { within } from './within.ts';

/** A one-off that runs for longer is not one. */
const longestOneOffMs = 6 * 3600_000;

export interface ContainerExec {
  /** Reaches the program as stdin. */
  input?: string;
  user?: string;
  env?: readonly string[];
  signal?: AbortSignal;
  timeoutMs?: number;
  /** A program that writes more, to either of its outputs, is an error. */
  maxOutputBytes?: number;
}

/** Runs an argument array inside a container. The exit code is the program's own. */
export async function execInContainer(
  docker: DockerEngine,
  container: string,
  argv: readonly string[],
  options: ContainerExec = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { input, timeoutMs = 60_000, maxOutputBytes = 1024 * 1024 } = options;
  return within({ what: `The command ${argv[0]}`, ms: timeoutMs, signal: options.signal }, async (signal) => {
    const id = await docker.createExec(
      container,
      {
        Cmd: argv,
        AttachStdin: input !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        ...(options.user ? { User: options.user } : {}),
        ...(options.env ? { Env: options.env } : {}),
      },
      { signal },
    );
    const output = { stdout: new Output(maxOutputBytes), stderr: new Output(maxOutputBytes) };
    const demuxer = new StreamDemuxer((name, data) => output[name].push(data));
    const stream = await docker.startExec(id, { signal });
    if (input !== undefined) stream.end(input);
    // Leaving the loop, by whatever way, destroys the stream.
    for await (const chunk of stream) demuxer.push(Buffer.from(chunk));
    demuxer.end();
    const { ExitCode } = await docker.inspectExec(id, { signal }).catch((error: unknown) => {
      // An engine that was restarted has forgotten it, and ended it.
      if (dockerStatus(error) === 404)
        throw new RemoteError('docker_unavailable', 'The Docker engine stopped the command', { cause: error });
      throw error;
    });
    return { code: ExitCode ?? -1, stdout: output.stdout.text, stderr: output.stderr.text };
  });
}

/**
 * Starts a container that has been created, or goes on with it when it runs or has ended already, gives its lines and
 * waits for its exit code. Abort leaves it as it is: the caller, or whoever takes over, goes on with it or removes it.
 */
export function runOneOff(
  docker: DockerEngine,
  container: string,
  options: { onLine: (line: ContainerLine) => void; signal: AbortSignal },
): Promise<number> {
  return within({ what: 'The one-off container', ms: longestOneOffMs, signal: options.signal }, async (signal) => {
    const before = await docker.inspectContainer(container, { signal });
    if (before.State.Status === 'created') await docker.startContainer(container, { signal });
    let last: ContainerLine | undefined;
    // An engine that rotates the log under a slow reader ends it early: the rest is asked for.
    for (let before: ContainerLine | undefined | null = null; before !== last; ) {
      before = last;
      for await (const line of containerLogs(docker, container, {
        follow: true,
        signal,
        ...(before?.at ? { since: before.at } : {}),
      })) {
        if (before && line.stamp <= before.stamp) continue;
        options.onLine(line);
        if (line.at) last = line;
      }
    }
    return docker.waitContainer(container, { signal });
  });
}
