import type { DockerEngine } from './docker/engine.ts';
import type { HostScript } from './script.ts';

export interface RunOptions {
  /** Reaches the script as stdin. */
  input?: string;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** A script that writes more, to either of its outputs, is ended. */
  maxOutputBytes?: number;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  code: number;
}

export interface HttpGet {
  port: number;
  path: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
  /** A body that is longer is cut; 64 KiB by default. */
  maxBytes?: number;
}

export interface HttpDelete extends HttpGet {
  /** JSON. */
  body: string;
}

/** The process on a server that serves one SSH connection; never another one, because of its start and the boot. */
export interface SessionProcess {
  pid: number;
  /** When it started, in clock ticks after the boot. */
  startTicks: string;
  bootId: string;
}

/** A live way to one server. Every call ends at its deadline, with its signal, and when the connection goes. */
export interface RemoteHost {
  /** What the host presented; null for the local machine. */
  readonly hostKeyFingerprint: string | null;
  /** The address that the connection leads to. */
  readonly address: string;
  /** Of a connection that `RemotePool.open` made; null for others, and where the server does not tell. */
  readonly session: SessionProcess | null;
  readonly docker: DockerEngine;
  run(script: HostScript, options?: RunOptions): Promise<RunResult>;
  /** HTTP to 127.0.0.1 on the server; the first 64 KiB of the body. */
  httpGet(request: HttpGet): Promise<{ status: number; body: string }>;
  httpDelete(request: HttpDelete): Promise<{ status: number; body: string }>;
  readonly closed: boolean;
  onClose(listener: () => void): () => void;
  close(): void;
}
