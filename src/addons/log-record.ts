export interface RecordHead {
  readonly level: string;
  readonly logger: string;
  readonly text: string;
}

/** As much of a record as is kept of its beginning and, again, of its end. */
const mostKept = 64 * 1024;
const longestLine = 8 * 1024;

/** The line as it was before it was coloured and ended. */
export const plainLine = (line: string): string =>
  line
    .replaceAll(/\x1b\[[\d;]*m/g, '')
    .replace(/[\r\n]+$/, '')
    .slice(0, longestLine);

/** `2026-11-28 19:00:00,123 57 ERROR dbname odoo.modules.loading: …` */
export function headOf(line: string): RecordHead | null {
  const [, level, logger, text] =
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) \S+ (\S+?): (.*)$/.exec(line) ?? [];
  return level === undefined || logger === undefined ? null : { level, logger, text: (text ?? '').trim() };
}

/** The lines of one record, however many there are. */
export class RecordLines {
  readonly #head: string[] = [];
  readonly #tail: string[] = [];
  #headSize = 0;
  #tailSize = 0;

  add(line: string): void {
    if (this.#headSize < mostKept) {
      this.#head.push(line);
      this.#headSize += line.length + 1;
      return;
    }
    this.#tail.push(line);
    this.#tailSize += line.length + 1;
    while (this.#tailSize > mostKept) this.#tailSize -= (this.#tail.shift()?.length ?? 0) + 1;
  }

  all = (): readonly string[] => [...this.#head, ...this.#tail];
}
