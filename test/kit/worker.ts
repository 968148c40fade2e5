import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { portRange } from '../fleet/slot.ts';
import type { Ocore } from './ocore.ts';

/** A worker as a process of its own, so that it can be killed as a power cut would. */
export class WorkerProcess {
  #child: ChildProcess;
  readonly #ocore: Ocore;

  readonly #env: Record<string, string>;

  constructor(ocore: Ocore, env: Record<string, string> = {}) {
    this.#ocore = ocore;
    this.#env = env;
    this.#child = this.#spawn();
  }

  #spawn(): ChildProcess {
    return spawn(process.execPath, ['src/main.ts'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ENVIRONMENT: 'test',
        OCORE_ROLE: 'worker',
        DATABASE_URL: this.#ocore.running.databaseUrl,
        DATA_DIR: this.#ocore.dir,
        LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
        MONITOR_INTERVAL: '1s',
        OPERATION_LEASE: '2s',
        PORT_RANGE: portRange,
        ...this.#env,
      },
    });
  }

  /** Sends a signal and waits for nothing: SIGSTOP lets it sleep in the middle of whatever it does, SIGCONT wakes it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it as an operator does; gives the exit code. */
  async end(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async killAndReplace(): Promise<void> {
    await this.kill();
    this.#child = this.#spawn();
  }
}
