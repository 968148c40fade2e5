import type { ContainerLine } from '../remote/index.ts';

export type LogSource = 'odoo' | 'postgres';

const odooHead = /^\d{4}-\d\d-\d\d \S+ \d+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) /;
/** A message of PostgreSQL, or its further words on the one before. */
const postgresHead =
  /^\S.*?\b(?:(DEBUG\d?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC)|DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT|BACKTRACE):/;

const names: Readonly<Record<string, string>> = {
  LOG: 'info',
  NOTICE: 'info',
  FATAL: 'critical',
  PANIC: 'critical',
};

/** Gives each line of a container its level; a line that goes on with a message, as those of a traceback, has that one's. */
export class LogLevels {
  readonly #source: LogSource;
  readonly #last = { stdout: 'info', stderr: 'info' };

  constructor(source: LogSource) {
    this.#source = source;
  }

  of({ stream, line }: Pick<ContainerLine, 'stream' | 'line'>): string {
    const head = (this.#source === 'odoo' ? odooHead : postgresHead).exec(line);
    const found = head?.[1];
    if (found) this.#last[stream] = names[found] ?? found.toLowerCase().replace(/\d$/, '');
    // What PostgreSQL's entrypoint and tools print belongs to no message.
    else if (this.#source === 'postgres' && !head && !/^\s/.test(line)) this.#last[stream] = 'info';
    return this.#last[stream];
  }
}
