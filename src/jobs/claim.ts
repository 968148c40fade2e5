import type { App } from '../app.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { notify, type Topic } from '../events/hub.ts';

/** Thrown when another worker has taken the operation over: whoever holds the old claim stops without a word. */
export class FencedError extends Error {
  constructor() {
    super('This worker no longer holds the operation');
    this.name = 'FencedError';
  }
}

/**
 * A worker's hold on an operation. Every write names the attempt, so that a worker that was presumed dead can change
 * nothing more; the lease tells the reconciler that somebody is at work.
 */
export class Claim {
  readonly id: string;
  readonly orgId: string;
  readonly attempt: number;
  readonly #app: App;
  #seq: number;
  #logs: { step: string; level: string; message: string; at: Date }[] = [];
  #flushing: Promise<void> = Promise.resolve();

  private constructor(app: App, row: { id: string; orgId: string; attempt: number }, seq: number) {
    this.#app = app;
    this.id = row.id;
    this.orgId = row.orgId;
    this.attempt = row.attempt;
    this.#seq = seq;
  }

  get topics(): Topic[] {
    return [`operation:${this.id}`, `org:${this.orgId}:operations`];
  }

  /** Takes the operation unless it has ended or another worker's lease still runs. */
  static async take(app: App, id: string): Promise<Claim | undefined> {
    const rows = await app.db.prisma.$queryRaw<{ id: string; org_id: string; attempt: number }[]>`
      UPDATE operations SET attempt = attempt + 1, status = 'running', started_at = coalesce(started_at, now()),
        lease_until = now() + make_interval(secs => ${app.config.OPERATION_LEASE})
      WHERE id = ${id}::uuid AND (status = 'queued' OR (status = 'running' AND lease_until < now()))
      RETURNING id, org_id, attempt`;
    const row = rows[0];
    if (!row) return undefined;
    const last = await app.db.prisma.operationLog.aggregate({ where: { operationId: id }, _max: { seq: true } });
    return new Claim(app, { id: row.id, orgId: row.org_id, attempt: row.attempt }, last._max.seq ?? 0);
  }

  /** Runs the work only while the claim holds: the row is locked, so a take-over waits until this has committed. */
  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#app.db.prisma.$transaction(async (tx) => {
      const held = await tx.$queryRaw<unknown[]>`
        SELECT 1 FROM operations WHERE id = ${this.id}::uuid AND attempt = ${this.attempt} AND status = 'running' FOR UPDATE`;
      if (held.length === 0) throw new FencedError();
      return work(tx);
    });
  }

  /** Changes the operation's row and tells its subscribers. */
  update(data: Prisma.OperationUpdateInput): Promise<void> {
    return this.write(async (tx) => {
      await tx.operation.update({ where: { id: this.id }, data });
      await notify(tx, this.topics);
    });
  }

  updateStep(position: number, data: Prisma.OperationStepUpdateInput, progress?: number): Promise<void> {
    return this.write(async (tx) => {
      await tx.operationStep.update({ where: { operationId_position: { operationId: this.id, position } }, data });
      if (progress !== undefined) await tx.operation.update({ where: { id: this.id }, data: { progress } });
      await notify(tx, this.topics);
    });
  }

  /** Lengthens the lease; false when the claim was lost. */
  async renew(): Promise<boolean> {
    const count = await this.#app.db.prisma.$executeRaw`
      UPDATE operations SET lease_until = now() + make_interval(secs => ${this.#app.config.OPERATION_LEASE})
      WHERE id = ${this.id}::uuid AND attempt = ${this.attempt} AND status = 'running'`;
    return count === 1;
  }

  /** Keeps a line for the user; lines are written in order and in batches. */
  log(step: string, level: string, message: string): void {
    this.#logs.push({ step, level, message: message.replaceAll('\u0000', ''), at: new Date() });
    if (this.#logs.length === 1) this.#flushing = this.#flushing.then(() => this.#write()).catch((error: unknown) => this.#app.log.warn({ err: error, operationId: this.id }, 'Log lines were not written'));
  }

  flush(): Promise<void> {
    return this.#flushing;
  }

  async #write(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 25));
    const batch = this.#logs.splice(0);
    await this.write(async (tx) => {
      // Numbers are given inside the fence by the only writer, so a reader that has seen n has seen all below n.
      await tx.operationLog.createMany({ data: batch.map((line, index) => ({ operationId: this.id, seq: this.#seq + index + 1, ...line })) });
      await notify(tx, [`logs:${this.id}`]);
    });
    this.#seq += batch.length;
  }
}
