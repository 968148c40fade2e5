import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { AppError } from '../errors.ts';

export interface ProgramRun {
  readonly program: 'git' | 'ssh-keyscan';
  readonly args: readonly string[];
  /** All of it: nothing of this process's own environment is passed on but where programs are. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** When it must have ended, by `performance.now()`. */
  readonly deadline?: number | undefined;
  /** Each line that it says on its way. */
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface RunningProgram {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Ends it with all that it started; `ended` rejects with the reason. */
  end(reason: unknown): void;
  /** Once nothing of it is left. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Of what it complains about, the last. */
const mostComplaints = 32 * 1024;
/** How long it may take to leave in order, in ms. */
const patience = 1500;
/** Address space of each process, in KiB: a host that sends without end fills no machine. */
const mostMemory = 3 * 1024 ** 2;
/** A constant: what it runs are its arguments. Where the limit is not known, as on macOS, there is none. */
const bounded = 'ulimit -v "$1" 2>/dev/null; shift; exec "$@"';

/** Starts a program in a process group of its own, which is ended by its deadline and by the signal. */
export function startProgram({ program, args, env, signal, deadline, onLine }: ProgramRun): RunningProgram {
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', bounded, 'sh', String(mostMemory), program, ...args], {
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', ...env },
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let refusal: { reason: unknown } | undefined;
  let patienceOver: NodeJS.Timeout | undefined;
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // Nothing of it is left.
    }
  };
  const end = (reason: unknown): void => {
    if (refusal) return;
    refusal = { reason };
    kill('SIGTERM');
    patienceOver = setTimeout(kill, patience, 'SIGKILL');
  };
  const cancelled = (): void => end(signal.reason);
  signal.addEventListener('abort', cancelled, { once: true });
  const timer =
    deadline === undefined
      ? undefined
      : setTimeout(() => end(outOfTime()), Math.max(0, Math.ceil(deadline - performance.now())));
  let stderr = '';
  let line = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostComplaints);
    if (!onLine) return;
    const lines = (line + text).split(/[\r\n]+/);
    line = (lines.pop() ?? '').slice(-mostComplaints);
    for (const one of lines) if (one !== '') onLine(one);
  });
  // One that ends early does not read to the end.
  child.stdin.on('error', () => {});
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      clearTimeout(patienceOver);
      signal.removeEventListener('abort', cancelled);
    };
    child.once('error', (error) => {
      over();
      reject(error);
    });
    child.once('close', (code) => {
      over();
      // Whatever it started and left behind.
      kill('SIGKILL');
      if (refusal) reject(refusal.reason);
      else resolve({ code, stderr });
    });
  });
  // Whoever does not wait for it learns of it by its output.
  ended.catch(() => {});
  return { child, end, ended };
}

export const outOfTime = (): AppError =>
  new AppError('git_unreachable', 'The host of the repository did not send everything in time', { reason: 'timeout' });

export interface ProgramEnd {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end, and takes no more output from it than it may have. */
export async function runProgram(run: ProgramRun & { readonly mostOutput: number }): Promise<ProgramEnd> {
  const { child, end, ended } = startProgram(run);
  child.stdin.end();
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= run.mostOutput) chunks.push(chunk);
    else end(new AppError('git_too_large', `The answer is larger than ${run.mostOutput} bytes`));
  });
  return { ...(await ended), stdout: Buffer.concat(chunks) };
}
