import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A program on a terminal, as a person has it: with what stands there, and keys to press. */
export class Terminal {
  static readonly #living = new Set<Terminal>();
  readonly #child: ChildProcess;
  #text = '';
  #closed = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
    });
    Terminal.#living.add(this);
    child.once('close', () => {
      Terminal.#living.delete(this);
      this.#closed = true;
    });
  }

  /** util-linux's `script` makes the terminal. */
  static run(command: readonly string[], options: { cwd: string }): Terminal {
    const line = command.map(quoted).join(' ');
    return new Terminal(
      spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
        ...options,
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    );
  }

  /** Ends what a failed test left behind: its terminal is gone. */
  static async endAll(): Promise<void> {
    const living = [...Terminal.#living];
    for (const terminal of living) terminal.#child.kill();
    await Promise.all(living.map((terminal) => terminal.ended()));
  }

  /** What was written, without colours and movements of the cursor. */
  get text(): string {
    return stripVTControlCharacters(this.#text).replaceAll('\r', '');
  }

  /** Waits until this is written. */
  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      if (this.#closed) throw new Error(`The program ended before ${pattern}:\n${this.text}`);
      await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), once(this.#child, 'close')]);
    }
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits for the end; gives the exit code. */
  async ended(): Promise<number | null> {
    if (!this.#closed) await once(this.#child, 'close');
    return this.#child.exitCode;
  }
}
