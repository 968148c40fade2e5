import { AppError } from '../errors.ts';
import { startInRepository } from './local.ts';
import { problemOf, within } from './problem.ts';
import type { RunningProgram } from './program.ts';

/** Reads the contents of many files of a repository through one process, one after the other, at the speed of the reader. */
export class Blobs {
  readonly #running: RunningProgram;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(repository: string, signal: AbortSignal) {
    this.#running = startInRepository({ repository, args: ['cat-file', '--batch'], signal });
    this.#chunks = this.#running.child.stdout.iterator();
  }

  /** All of it must be read before the next. */
  async *read(id: string, size: number): AsyncGenerator<Buffer> {
    this.#running.child.stdin.write(`${id}\n`);
    const header = await this.#line();
    if (header !== `${id} blob ${size}`)
      throw new AppError('git_unreachable', 'The copy of the repository was removed while it was read');
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0) await this.#more();
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
    await this.#line();
  }

  async #line(): Promise<string> {
    while (!this.#rest.includes(10)) await this.#more();
    const end = this.#rest.indexOf(10);
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }

  async #more(): Promise<void> {
    const next: IteratorResult<Buffer> = await this.#chunks.next();
    if (next.done) throw within('reading', problemOf(await this.#running.ended));
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }

  async close(): Promise<void> {
    this.#running.end(new Error('closed'));
    await this.#running.ended.catch(() => {});
  }
}
