import { found } from '../errors.ts';
import { notify } from '../events/hub.ts';
import type { Tx } from '../database/database.ts';

const maxLine = 16 * 1024;
/** How much is kept of the beginning of a log, and as much of its end. */
const keptLines = 2000;
const keptBytes = 1024 ** 2;

interface Row {
  seq: number;
  step: string;
  level: string;
  message: string;
  at: Date;
}

interface TailLine {
  seq: number;
  bytes: number;
  /** Until it is written. */
  row: Row | null;
}

export type Write = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/**
 * The log of one attempt of an operation. Its head and its tail are kept, and one line between them tells how many were cut:
 * neither the database nor the memory of the worker grows with what a container prints.
 */
export class OperationLog {
  readonly #operationId: string;
  readonly #write: Write;
  readonly #failed: (error: unknown) => void;
  #seq = 0;
  #headLines = 0;
  #headBytes = 0;
  #head: Row[] = [];
  /** The first number after the head, where the cut is told; null while the head has room. */
  #cutAt: number | null = null;
  #cut = 0;
  #tail: TailLine[] = [];
  #tailBytes = 0;
  #flushing: Promise<void> = Promise.resolve();
  #due = false;
  #soon: (() => void) | undefined;

  constructor(operationId: string, write: Write, failed: (error: unknown) => void) {
    this.#operationId = operationId;
    this.#write = write;
    this.#failed = failed;
  }

  /** Goes on where earlier attempts ended. */
  async resume(tx: Tx): Promise<void> {
    const row = await tx.operation.findUnique({
      where: { id: this.#operationId },
      select: { logCutAt: true, logCut: true },
    });
    const { logCutAt, logCut } = found(row, 'operation', this.#operationId);
    const lines = await tx.$queryRaw<
      { seq: number; bytes: number }[]
    >`SELECT seq, octet_length(message) AS bytes FROM operation_logs WHERE operation_id = ${this.#operationId}::uuid ORDER BY seq`;
    this.#cutAt = logCutAt;
    this.#cut = logCut;
    this.#seq = lines.at(-1)?.seq ?? 0;
    for (const { seq, bytes } of lines) {
      if (logCutAt !== null && seq >= logCutAt) {
        if (seq > logCutAt || logCut === 0) this.#tail.push({ seq, bytes, row: null });
      } else [this.#headLines, this.#headBytes] = [this.#headLines + 1, this.#headBytes + bytes];
    }
    this.#tailBytes = this.#tail.reduce((sum, line) => sum + line.bytes, 0);
  }

  /** Keeps a line for the user. Numbers only grow; a line is written soon, or cut if too many follow it before. */
  add(step: string, level: string, text: string): void {
    const message = text.replaceAll('\u0000', '').slice(0, maxLine);
    const bytes = Buffer.byteLength(message);
    if (this.#cutAt === null && (this.#headLines >= keptLines || this.#headBytes + bytes > keptBytes))
      this.#cutAt = this.#seq + 1;
    const row = { seq: ++this.#seq, step, level, message, at: new Date() };
    if (this.#cutAt === null) {
      this.#headLines += 1;
      this.#headBytes += bytes;
      this.#head.push(row);
    } else {
      this.#tail.push({ seq: row.seq, bytes, row });
      this.#tailBytes += bytes;
      while (this.#tail.length > keptLines || this.#tailBytes > keptBytes) {
        this.#tailBytes -= this.#tail.shift()?.bytes ?? 0;
        this.#cut += 1;
      }
    }
    if (this.#due) return;
    this.#due = true;
    // A flood is written once in a while, not as fast as it comes.
    this.#flushing = this.#flushing
      .then(() => this.#later(this.#cutAt === null ? 25 : 500))
      .then(() => this.#flush())
      .catch(this.#failed);
  }

  /** Writes what is not written yet, at once. */
  flush(): Promise<void> {
    this.#soon?.();
    return this.#flushing;
  }

  #later(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#soon = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #flush(): Promise<void> {
    this.#due = false;
    const operationId = this.#operationId;
    const head = this.#head.splice(0);
    const fresh = this.#tail.filter((line) => line.row !== null);
    const rows = [...head, ...fresh.flatMap((line) => line.row ?? [])];
    const [cut, cutAt, first] = [this.#cut, this.#cutAt, this.#tail[0]?.seq];
    await this.#write(async (tx) => {
      // Numbers are given by the only writer and written in their order, so a reader that has seen n has seen all below n.
      if (rows.length > 0) await tx.operationLog.createMany({ data: rows.map((row) => ({ operationId, ...row })) });
      if (cutAt !== null && cut > 0 && first !== undefined) {
        await tx.operationLog.deleteMany({ where: { operationId, seq: { gt: cutAt, lt: first } } });
        const line = {
          step: rows.at(-1)?.step ?? '',
          level: 'warning',
          message: `${cut} lines are left out here: only the beginning and the end of a long log are kept`,
          at: new Date(),
        };
        await tx.operationLog.upsert({
          where: { operationId_seq: { operationId, seq: cutAt } },
          create: { operationId, seq: cutAt, ...line },
          update: line,
        });
      }
      if (cutAt !== null)
        await tx.operation.update({ where: { id: operationId }, data: { logCutAt: cutAt, logCut: cut } });
      await notify(tx, [`logs:${operationId}`]);
    });
    for (const line of fresh) line.row = null;
  }
}
