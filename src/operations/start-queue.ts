import { PgBoss } from 'pg-boss';
import { connecting } from '../database/connecting.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import type { Logger } from 'pino';
import { queueName } from './queue.ts';

/** Starts pg-boss and makes sure of the queue. A sender needs it as much as a worker. */
export async function startQueue(databaseUrl: string, log: Logger, supervise: boolean): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: databaseUrl, ...connecting, max: 4, supervise, schedule: false });
  boss.on('error', (error: Error) => log.warn({ err: error }, 'The job queue had an error'));
  await boss.start();
  // The operation's own row decides what is retried; the queue only hands over, so a job is never run twice by it.
  const options = {
    retryLimit: 0,
    expireInSeconds: 23 * 3600,
    retentionSeconds: 365 * 86400,
    deleteAfterSeconds: 3600,
  };
  await boss.createQueue(queueName, options);
  await boss.updateQueue(queueName, options);
  // A tenant's mutation puts its job into the queue in its own transaction.
  await boss
    .getDb()
    .executeSql(
      `SELECT pg_advisory_xact_lock(${lockNumbers.jobQueue}); GRANT USAGE ON SCHEMA pgboss TO ocore_tenant; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA pgboss TO ocore_tenant`,
    );
  return boss;
}
