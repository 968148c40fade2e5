import { fromPrisma, type PgBoss } from 'pg-boss';
import type { Tx } from '../database/database.ts';
import { notify } from '../events/hub.ts';

export const queueName = 'operations';

/** Operations of one group share its bounded lane: a server's, or an organization's own. */
export const groupOf = (operation: { serverId: string | null; orgId: string }): string =>
  operation.serverId ?? operation.orgId;

/**
 * The work queue. A job has its operation's id and says nothing else; it is created, active and gone in the transactions in
 * which the operation is queued, running and settled, so that neither is ever without the other.
 */
export class OperationQueue {
  readonly #boss: PgBoss;

  constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** Enqueues in the caller's transaction. */
  async send(tx: Tx, operation: { id: string; serverId: string | null; orgId: string }): Promise<void> {
    await this.#boss.send(
      queueName,
      { operationId: operation.id },
      { id: operation.id, db: fromPrisma(tx), group: { id: groupOf(operation) } },
    );
    await notify(tx, ['queue']);
  }

  /** Makes the oldest job active whose lane has room and whose group is not named; answers its operation's id. */
  async take(tx: Tx, options: { lane: number; ignoreGroups: string[] }): Promise<string | undefined> {
    const [job] = await this.#boss.fetch(queueName, {
      db: fromPrisma(tx),
      groupConcurrency: options.lane,
      ignoreGroups: options.ignoreGroups,
    });
    return job?.id;
  }

  /** Forgets the job of an operation that has ended; its place in the lane is free when the transaction commits. */
  async remove(tx: Tx, operationId: string): Promise<void> {
    await tx.$executeRaw`DELETE FROM pgboss.job WHERE name = ${queueName} AND id = ${operationId}::uuid`;
    await notify(tx, ['queue']);
  }

  /** Brings jobs and operations together again, whatever took them apart; answers how many it found. */
  async repair(tx: Tx): Promise<number> {
    const removed = await tx.$executeRaw`
      DELETE FROM pgboss.job j WHERE j.name = ${queueName} AND NOT EXISTS (
        SELECT 1 FROM operations o WHERE o.id = j.id AND (o.status = 'running' OR (o.status = 'queued' AND j.state IN ('created', 'retry'))))`;
    const lost = await tx.$queryRaw<{ id: string; server_id: string | null; org_id: string }[]>`
      SELECT id, server_id, org_id FROM operations o
      WHERE status = 'queued' AND NOT EXISTS (SELECT 1 FROM pgboss.job j WHERE j.name = ${queueName} AND j.id = o.id)
      ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED`;
    for (const row of lost) await this.send(tx, { id: row.id, serverId: row.server_id, orgId: row.org_id });
    return removed + lost.length;
  }
}
