import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { wideLimits } from './ocore.ts';

const entry = 'src/main.ts';

/** The program as a process of its own, with what it prints. */
export class Program {
  static readonly #living = new Set<Program>();
  readonly #child: ChildProcess;
  readonly lines: string[] = [];
  readonly #wake = new Set<() => void>();

  private constructor(
    script: string,
    args: readonly string[],
    env: Record<string, string>,
    nodeArgs: readonly string[],
  ) {
    this.#child = spawn(process.execPath, [...nodeArgs, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream)
        createInterface({ input: stream }).on('line', (line) => {
          this.lines.push(line);
          this.#tell();
        });
    }
    Program.#living.add(this);
    this.#child.once('close', () => {
      Program.#living.delete(this);
      this.#tell();
    });
  }

  /** Runs src/main.ts until it is ready. */
  static async start(env: Record<string, string>, nodeArgs: readonly string[] = []): Promise<Program> {
    const program = new Program(
      entry,
      [],
      {
        ENVIRONMENT: 'test',
        PORT: '0',
        LOG_LEVEL: 'info',
        ...wideLimits,
        MONITOR_INTERVAL: '1s',
        OPERATION_LEASE: '2s',
        ...env,
      },
      nodeArgs,
    );
    await program.line(env['OCORE_ROLE'] === 'worker' ? /worker is ready/ : /oCore is ready/);
    return program;
  }

  /** Runs another script of the project. */
  static run(script: string, args: readonly string[], env: Record<string, string>): Program {
    return new Program(script, args, { ENVIRONMENT: 'test', ...env }, []);
  }

  /** Ends what a failed test left behind. */
  static async endAll(): Promise<void> {
    await Promise.all([...Program.#living].map((program) => program.kill()));
  }

  get output(): string {
    return this.lines.join('\n');
  }

  get url(): string {
    return /"url":"([^"]+)"/.exec(this.lines.find((line) => line.includes('oCore is ready')) ?? '')?.[1] ?? '';
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal and waits for nothing: to stop the process for a while, and to continue it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #tell(): void {
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }

  /** Waits until a printed line matches. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.hasEnded) throw new Error(`The program ended:\n${this.output}`);
      await new Promise<void>((resolve) => {
        this.#wake.add(resolve);
      });
    }
  }

  /** Waits for the end; gives the exit code. */
  async ended(): Promise<number | null> {
    if (!this.hasEnded) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.hasEnded) this.#child.kill(signal);
    await this.ended();
  }
}
