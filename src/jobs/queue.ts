import { fromPrisma, type PgBoss } from 'pg-boss';
import type { Tx } from '../database/database.ts';

export const queueName = 'operations';

export interface OperationJob {
  operationId: string;
  serverId: string | null;
}

/** The sending side of the work queue; the job says only which operation, everything else is in its row. */
export class OperationQueue {
  readonly #boss: PgBoss;

  constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** Enqueues in the caller's transaction, in the lane of the server. */
  async send(tx: Tx, job: OperationJob): Promise<void> {
    await this.#boss.send(queueName, { ...job }, {
      db: fromPrisma(tx),
      ...(job.serverId ? { group: { id: job.serverId } } : {}),
    });
  }
}
