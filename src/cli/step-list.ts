import type { OperationState } from './api.ts';

const marks = { pending: '·', running: '▸', succeeded: '✔', failed: '✖', skipped: '–', cancelled: '–' } as const;

/** The live step list: redrawn in place on a terminal, a line for each finished step elsewhere. */
export class StepList {
  readonly #out: NodeJS.WriteStream;
  #drawn = 0;
  readonly #told = new Set<number>();

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(operation: OperationState): void {
    const lines = operation.steps.map(({ title, status, progress, message }) => {
      const detail =
        status === 'running' && progress > 0
          ? `${progress} %${message ? `  ${message}` : ''}`
          : (message ?? '').split('\n')[0];
      return `  ${marks[status]} ${title}${detail ? `  –  ${detail}` : ''}`;
    });
    if (this.#out.isTTY) {
      if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A`);
      // Some terminals do not know their width.
      const width = this.#out.columns || 80;
      for (const line of lines) this.#out.write(`\u001b[2K${line.slice(0, width - 1)}\n`);
      this.#drawn = lines.length;
      return;
    }
    for (const [index, line] of lines.entries()) {
      const status = operation.steps[index]?.status;
      if (status === 'pending' || status === 'running' || this.#told.has(index)) continue;
      this.#told.add(index);
      this.#out.write(`${line}\n`);
    }
  }
}
