import type { Logger } from 'pino';
import type { App } from '../app.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { notify } from '../events/hub.ts';
import { Lease } from './lease.ts';
import { operationTopics } from './live.ts';
import { OperationLog } from './operation-log.ts';

/** Thrown when another worker has taken the operation over: whoever holds the old claim stops without a word. */
export class FencedError extends Error {
  constructor() {
    super('This worker no longer holds the operation');
    this.name = 'FencedError';
  }
}

export interface Taken {
  id: string;
  org_id: string;
  kind: string;
  request_id: string;
  attempt: number;
  crashes: number;
}

/**
 * A worker's hold on an operation. Every write names the attempt, so that a worker that was presumed dead can change
 * nothing more; before every call to a server it asks its own lease.
 */
export class Claim {
  readonly id: string;
  readonly orgId: string;
  readonly attempt: number;
  /** Workers in a row that were lost in the step at which it stands. */
  readonly crashes: number;
  readonly log: OperationLog;
  /** The program's log; every line names the operation and the request that it comes from. */
  readonly logger: Logger;
  readonly #app: App;
  readonly #lease: Lease;

  private constructor(app: App, row: Taken, lease: Lease) {
    this.#app = app;
    this.id = row.id;
    this.orgId = row.org_id;
    this.attempt = row.attempt;
    this.crashes = row.crashes;
    this.#lease = lease;
    this.logger = app.log.child({ operationId: row.id, requestId: row.request_id, kind: row.kind });
    this.log = new OperationLog(
      row.id,
      (work) => this.write(work),
      (error) => this.logger.warn({ err: error }, 'Log lines were not written'),
    );
  }

  /** Makes the claim of the statement that takes an operation; undefined if it took none. */
  static async by(app: App, take: (leaseSeconds: number) => Promise<readonly Taken[]>): Promise<Claim | undefined> {
    const lease = new Lease(app.config.OPERATION_LEASE);
    const [row] = await lease.during(
      () => take(app.config.OPERATION_LEASE),
      (rows) => rows.length > 0,
    );
    if (!row) return undefined;
    const claim = new Claim(app, row, lease);
    try {
      await claim.log.resume(app.db.prisma);
    } catch (error) {
      await claim.giveBack(false).catch(() => {});
      throw error;
    }
    return claim;
  }

  /** Whether it may act on a server now. */
  get holds(): boolean {
    return this.#lease.remainingMs > 0;
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
      await notify(tx, operationTopics(this.orgId, this.id));
    });
  }

  updateStep(
    position: number,
    data: Prisma.OperationStepUpdateInput,
    operation: Prisma.OperationUpdateInput = {},
  ): Promise<void> {
    return this.write(async (tx) => {
      await tx.operationStep.update({ where: { operationId_position: { operationId: this.id, position } }, data });
      if (Object.keys(operation).length > 0) await tx.operation.update({ where: { id: this.id }, data: operation });
      await notify(tx, operationTopics(this.orgId, this.id));
    });
  }

  /**
   * Renews the lease until it is told to stop. Calls `lost` when another worker has the operation, when renewals do not come
   * through in time, and when this process stood still for too long: the clock is asked first.
   */
  keep(lost: () => void): () => void {
    let renewing = false;
    const timer = setInterval(() => {
      if (!this.holds) return lost();
      if (renewing) return;
      renewing = true;
      // A database that is away for a moment leaves time for another try.
      this.#renew()
        .then(
          (held) => {
            if (!held) lost();
          },
          () => {},
        )
        .finally(() => {
          renewing = false;
        });
    }, this.#lease.ms / 5);
    return () => clearInterval(timer);
  }

  async #renew(): Promise<boolean> {
    const count = await this.#lease.during(
      () => this.#app.db.prisma.$executeRaw`
        UPDATE operations SET lease_until = clock_timestamp() + make_interval(secs => ${this.#app.config.OPERATION_LEASE})
        WHERE id = ${this.id}::uuid AND attempt = ${this.attempt} AND status = 'running'`,
      (changed) => changed === 1,
    );
    return count === 1;
  }

  /**
   * Lets the next worker have it at once. `crashed`: it counts as one more worker that the step was too much for. A worker
   * that finds its operation with another one was counted as lost, but lives: it takes that back.
   */
  async giveBack(crashed: boolean): Promise<void> {
    await this.#app.db.prisma.$executeRaw`
      UPDATE operations SET
        lease_until = CASE WHEN attempt > ${this.attempt} THEN lease_until WHEN ${crashed} THEN clock_timestamp() ELSE to_timestamp(0) END,
        crashes = CASE WHEN attempt > ${this.attempt} AND NOT ${crashed} THEN greatest(crashes - 1, 0) ELSE crashes END
      WHERE id = ${this.id}::uuid AND attempt >= ${this.attempt} AND status = 'running'`;
  }
}
