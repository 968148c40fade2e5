import { z } from 'zod';
import { jsonOf } from './json-of.ts';

const shape = z.union([
  z.object({ freeKib: z.number() }),
  z.object({ writtenKib: z.number() }),
  z.object({ databaseBytes: z.number() }),
  z.object({ version: z.string(), encoding: z.string(), collate: z.string() }),
  z.object({ module: z.tuple([z.string(), z.string()]) }),
  z.object({ rows: z.tuple([z.number(), z.string(), z.number()]) }),
  z.object({ lines: z.tuple([z.number(), z.number()]) }),
]);

export const dumpedShape = z.object({
  version: z.string(),
  encoding: z.string(),
  collate: z.string(),
  databaseBytes: z.number(),
  modules: z.record(z.string(), z.string()),
  rows: z.record(z.string(), z.number()),
});
export type Dumped = z.infer<typeof dumpedShape>;

/** After its rows the file of a table has one line that ends them, and two that are empty. */
const linesAfterRows = 3;

/** What the script of a dump has said. */
export class DumpOutput {
  freeKib = 0;
  #databaseBytes: number | undefined;
  readonly errors: string[] = [];
  readonly #onWritten: (kib: number) => void;
  #about: { version: string; encoding: string; collate: string } | undefined;
  readonly #modules: Record<string, string> = {};
  readonly #tables = new Map<number, { name: string; rows: number }>();
  readonly #lines = new Map<number, number>();

  constructor(onWritten: (kib: number) => void) {
    this.#onWritten = onWritten;
  }

  take({ stream, line }: { stream: 'stdout' | 'stderr'; line: string }): void {
    const said = stream === 'stdout' && line.startsWith('{') ? shape.safeParse(jsonOf(line)).data : undefined;
    if (said === undefined) {
      if (stream === 'stderr' && line.trim() !== '') this.errors.push(line.trim());
      if (this.errors.length > 20) this.errors.shift();
    } else if ('freeKib' in said) this.freeKib = said.freeKib;
    else if ('writtenKib' in said) this.#onWritten(said.writtenKib);
    else if ('databaseBytes' in said) this.#databaseBytes = said.databaseBytes;
    else if ('module' in said) this.#modules[said.module[0]] = said.module[1];
    else if ('rows' in said) this.#tables.set(said.rows[0], { name: said.rows[1], rows: said.rows[2] });
    else if ('lines' in said) this.#lines.set(said.lines[0], said.lines[1]);
    else this.#about = said;
  }

  /** Tables whose data in the dump are not the rows that the same snapshot of PostgreSQL has. */
  get wrong(): string[] {
    return [...this.#lines].flatMap(([oid, lines]) => {
      const table = this.#tables.get(oid);
      return table && lines - linesAfterRows !== table.rows
        ? [`${table.name}: ${lines - linesAfterRows} of ${table.rows} rows`]
        : [];
    });
  }

  /** Undefined where it has not said all that a whole dump says. */
  get dumped(): Dumped | undefined {
    if (!this.#about || this.#databaseBytes === undefined) return undefined;
    return {
      ...this.#about,
      databaseBytes: this.#databaseBytes,
      modules: this.#modules,
      rows: Object.fromEntries([...this.#tables.values()].map(({ name, rows }) => [name, rows])),
    };
  }
}
