import { spawn } from 'node:child_process';
import net from 'node:net';
import Docker from 'dockerode';
import { RemoteError, toRemoteError } from './errors.ts';
import type { HttpRequest, RemoteHost, RunOptions, RunResult } from './host.ts';
import { httpGetOver } from './http-get.ts';
import type { HostScript } from './script.ts';

/** The control plane's own machine, through the same interface. */
export class LocalHost implements RemoteHost {
  readonly hostKeyFingerprint = null;
  readonly address = 'localhost';
  readonly docker: Docker;
  readonly closed = false;

  constructor(dockerSocket: string) {
    this.docker = new Docker({ socketPath: dockerSocket });
  }

  run(script: HostScript, options: RunOptions = {}): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      const limit = options.maxOutputBytes ?? 1024 * 1024;
      const child = spawn('sh', ['-c', script.text], { timeout: options.timeoutMs ?? 60_000, ...(options.signal ? { signal: options.signal } : {}) });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => { if (stdout.length < limit) stdout += chunk; });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => { if (stderr.length < limit) stderr += chunk; });
      child.on('error', (error) => reject(toRemoteError(error)));
      child.on('close', (code) => {
        if (code === null) reject(new RemoteError('remote_timeout', 'The script was ended before it finished'));
        else resolve({ stdout, stderr, code });
      });
      child.stdin.on('error', () => {});
      child.stdin.end(options.input ?? '');
    });
  }

  httpGet(request: HttpRequest): Promise<{ status: number; body: string }> {
    return httpGetOver(net.connect({ host: '127.0.0.1', port: request.port }), request);
  }

  onClose(): () => void {
    return () => {};
  }

  close(): void {}
}
