import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import { quoted } from './tables.ts';

/** Writes the rows of one table after the other, at the speed of the database. */
export class TableWriter {
  readonly #client: pg.Client;
  #copy: { stream: Writable; ended: Promise<void> } | undefined;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  async begin(table: string, columns: readonly string[]): Promise<void> {
    await this.end();
    const stream = this.#client.query(from(`COPY ${quoted(table)} (${columns.map(quoted).join(', ')}) FROM STDIN`));
    const ended = finished(stream);
    // Told by the next write, or by the end.
    ended.catch(() => {});
    this.#copy = { stream, ended };
  }

  async write(block: Buffer): Promise<void> {
    if (!this.#copy) throw new Error('No table has begun');
    const { stream, ended } = this.#copy;
    await Promise.race([
      ended,
      new Promise<void>((resolve, reject) => stream.write(block, (error) => (error ? reject(error) : resolve()))),
    ]);
  }

  async end(): Promise<void> {
    const copy = this.#copy;
    this.#copy = undefined;
    if (!copy) return;
    copy.stream.end();
    await copy.ended;
  }

  /** Ends a table in the middle: its rows are not kept. */
  abandon(): void {
    this.#copy?.stream.destroy();
    this.#copy = undefined;
  }
}
