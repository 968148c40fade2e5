import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const shape = z.object({
  email: z.string(),
  password: z.string(),
  odoo: z.object({ login: z.string(), password: z.string() }).optional(),
  /** Whether `--server` was used: then this machine needs neither Docker nor sshd. */
  onOtherServer: z.boolean().optional(),
});

/** What the next run of the demo needs of this one, readable by its owner alone. */
export class DemoMemory {
  readonly #file: string;
  value: z.infer<typeof shape> | undefined;

  private constructor(file: string, value: z.infer<typeof shape> | undefined) {
    this.#file = file;
    this.value = value;
  }

  static async read(dataDir: string): Promise<DemoMemory> {
    const file = join(dataDir, 'secrets', 'demo.json');
    const known = existsSync(file) ? shape.parse(JSON.parse(await readFile(file, 'utf8'))) : undefined;
    return new DemoMemory(file, known);
  }

  async save(value: z.infer<typeof shape>): Promise<void> {
    this.value = value;
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await writeFile(this.#file, JSON.stringify(value), { mode: 0o600 });
  }
}
