import { spawn } from 'node:child_process';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { DockerEngine } from './docker/engine.ts';
import { RemoteError, toRemoteError } from './errors.ts';
import type { RemoteGuard } from './guard.ts';
import type { HttpDelete, HttpGet, RemoteHost, RunOptions, RunResult } from './host.ts';
import { httpCall } from './http-get.ts';
import { Output } from './output.ts';
import type { HostScript } from './script.ts';
import { anySignal, within } from './within.ts';

function connect(to: { path: string } | { host: string; port: number }, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(to);
    const aborted = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    socket.on('error', (error) => reject(toRemoteError(error)));
    socket.once('connect', () => {
      signal.removeEventListener('abort', aborted);
      resolve(socket);
    });
  });
}

/** The control plane's own machine, through the same interface. */
export class LocalHost implements RemoteHost {
  readonly hostKeyFingerprint = null;
  readonly address = 'localhost';
  readonly session = null;
  readonly docker: DockerEngine;
  readonly #guard: RemoteGuard | undefined;
  readonly #listeners = new Set<() => void>();
  #closed = false;

  constructor(dockerSocket: string, guard?: RemoteGuard) {
    this.#guard = guard;
    this.docker = new DockerEngine((signal) => connect({ path: dockerSocket }, signal), { connections: 16, guard });
  }

  run(script: HostScript, options: RunOptions = {}): Promise<RunResult> {
    const ms = options.timeoutMs ?? 60_000;
    this.#guard?.check({ name: 'run', changes: true, deadlineMs: ms });
    return within(
      { what: 'The command', ms, signal: anySignal(this.#guard?.signal, options.signal) },
      (signal) =>
        new Promise((resolve, reject) => {
          // A group of its own, so that what the script started ends with it.
          const child = spawn('sh', ['-c', script.text], { detached: true });
          const stop = (error: unknown): void => {
            reject(error);
            try {
              if (child.pid) process.kill(-child.pid, 'SIGKILL');
            } catch {
              // It has ended.
            }
          };
          const aborted = (): void => stop(signal.reason);
          signal.addEventListener('abort', aborted);
          const limit = options.maxOutputBytes ?? 1024 * 1024;
          const [stdout, stderr] = [new Output(limit), new Output(limit)];
          child.stdout.on('data', stdout.reader(stop));
          child.stderr.on('data', stderr.reader(stop));
          child.on('error', (error) => reject(toRemoteError(error)));
          child.on('close', (code) => {
            signal.removeEventListener('abort', aborted);
            if (code === null)
              reject(new RemoteError('remote_command_failed', 'The script was stopped before it finished'));
            else resolve({ stdout: stdout.text, stderr: stderr.text, code });
          });
          child.stdin.on('error', () => {});
          child.stdin.end(options.input ?? '');
        }),
    );
  }

  httpGet(request: HttpGet): Promise<{ status: number; body: string }> {
    return httpCall(request, this.#guard, (signal) => connect({ host: '127.0.0.1', port: request.port }, signal));
  }

  httpDelete(request: HttpDelete): Promise<{ status: number; body: string }> {
    return httpCall(request, this.#guard, (signal) => connect({ host: '127.0.0.1', port: request.port }, signal));
  }

  get closed(): boolean {
    return this.#closed;
  }

  onClose(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    this.docker.endIdle();
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
