import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What oCore prints while the demo shows its steps: its log, and e-mails with their links, for the owner alone. */
export class DemoLog {
  readonly file: string;
  readonly #descriptor: number;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.file = join(dataDir, 'demo.log');
    this.#descriptor = openSync(this.file, 'a', 0o600);
  }

  write(text: string): void {
    writeSync(this.#descriptor, text);
  }
}
