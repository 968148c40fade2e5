import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.ts';
import type { Ocore } from './ocore.ts';

/** Another gateway on the same database, as a process of its own. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(ocore: Ocore, env: Record<string, string> = {}): Promise<GatewayProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, ['src/main.ts'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ENVIRONMENT: 'test', OCORE_ROLE: 'gateway', DATABASE_URL: ocore.running.databaseUrl, DATA_DIR: ocore.dir, PORT: String(port), LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent', ...env },
    });
    const gateway = new GatewayProcess(child, `http://127.0.0.1:${port}`);
    while (!(await fetch(`${gateway.url}/readyz`).then((answer) => answer.ok, () => false))) {
      if (child.exitCode !== null) throw new Error('The second gateway ended at once');
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    return gateway;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}
