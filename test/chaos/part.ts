import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Program } from '../kit/program.ts';

/** A process of the control plane under a supervisor, as systemd would be: ended on purpose or not, it comes back. */
export class Part {
  readonly name: string;
  readonly #env: Record<string, string>;
  readonly #logFile: string;
  /** Ends that nobody asked for. */
  readonly accidents: string[] = [];
  #program: Program | undefined;
  #written = 0;
  /** Whether its end is what was asked for. */
  #meant = false;

  constructor(name: string, env: Record<string, string>, logFile: string) {
    this.name = name;
    this.#env = env;
    this.#logFile = logFile;
  }

  get url(): string {
    return this.#program?.url ?? '';
  }

  /** Starts it, again and again while its database is away. */
  async start(): Promise<void> {
    const until = Date.now() + 60_000;
    for (;;) {
      try {
        this.#program = await Program.start(this.#env);
        this.#written = 0;
        this.#meant = false;
        return;
      } catch (error) {
        if (Date.now() > until) throw error;
        await sleep(500);
      }
    }
  }

  async kill(): Promise<void> {
    this.#meant = true;
    await this.#program?.kill();
    await this.keepLog();
  }

  pause(): void {
    this.#program?.signal('SIGSTOP');
  }

  goOn(): void {
    this.#program?.signal('SIGCONT');
  }

  /** Notices an end that nobody asked for, and starts the process again. */
  async supervise(): Promise<void> {
    if (!this.#program?.hasEnded || this.#meant) return;
    this.accidents.push(`${this.name} ended by itself; its last lines:\n${this.#program.lines.slice(-15).join('\n')}`);
    this.#meant = true;
    await this.keepLog();
    await this.start();
  }

  /** Appends what it printed since the last time to its file. */
  async keepLog(): Promise<void> {
    const lines = this.#program?.lines.slice(this.#written) ?? [];
    this.#written += lines.length;
    if (lines.length > 0) await appendFile(this.#logFile, `${lines.join('\n')}\n`);
  }
}
