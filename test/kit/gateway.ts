import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { startChild } from '../bench/child.ts';
import { Client } from './client.ts';
import { type Ocore, wideLimits } from './ocore.ts';

const started = z.object({ url: z.string() });

/** A second gateway on the same database, as a process of its own, so that it can be killed as a power cut would. */
export class GatewayProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(ocore: Ocore, env: Record<string, string> = {}): Promise<GatewayProcess> {
    const all = {
      ...wideLimits,
      DATABASE_URL: ocore.running.databaseUrl,
      ENVIRONMENT: 'test',
      OCORE_ROLE: 'gateway',
      PORT: '0',
      DATA_DIR: ocore.dir,
      LOG_LEVEL: 'info',
      ...env,
    };
    const { found, process } = await startChild(
      'src/main.ts',
      all,
      (line) => started.safeParse(JSON.parse(line)).data?.url,
    );
    return new GatewayProcess(found, process);
  }

  /** The same person, at this gateway. */
  client(person: Client): Client {
    return new Client(this.url, person.token, person.org, person.refreshToken, person.email);
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill(signal);
    await once(this.#child, 'exit');
  }
}
