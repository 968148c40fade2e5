import type Docker from 'dockerode';
import type { HostScript } from './script.ts';

export interface RunOptions {
  /** Reaches the script as stdin. */
  input?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
  maxOutputBytes?: number;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  code: number;
}

export interface HttpRequest {
  port: number;
  path: string;
  timeoutMs: number;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** A live way to one server. */
export interface RemoteHost {
  /** What the host presented; null for the local machine. */
  readonly hostKeyFingerprint: string | null;
  /** The address that the connection leads to. */
  readonly address: string;
  readonly docker: Docker;
  run(script: HostScript, options?: RunOptions): Promise<RunResult>;
  /** HTTP to 127.0.0.1 on the server; the first 64 KiB of the body. */
  httpGet(request: HttpRequest): Promise<{ status: number; body: string }>;
  readonly closed: boolean;
  onClose(listener: () => void): () => void;
  close(): void;
}
