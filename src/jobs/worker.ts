import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { App } from '../app.ts';
import { queueName } from './queue.ts';
import type { KindRegistry } from './registry.ts';
import { runOperation } from './runner.ts';

const job = z.object({ operationId: z.uuid(), serverId: z.uuid().nullable() });

/** Starts pg-boss and makes sure of the queue. A sender needs it as much as a worker. */
export async function startQueue(databaseUrl: string, log: Logger, supervise: boolean): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: databaseUrl, max: 4, useListenNotify: true, supervise, schedule: false });
  boss.on('error', (error: Error) => log.warn({ err: error }, 'The job queue had an error'));
  await boss.start();
  // The operation's own row decides what is retried; the queue only hands over, so a job is never run twice by it.
  const options = { retryLimit: 0, expireInSeconds: 23 * 3600, deleteAfterSeconds: 3600, notify: true };
  await boss.createQueue(queueName, options);
  await boss.updateQueue(queueName, options);
  // A tenant's mutation puts its job into the queue in its own transaction.
  await boss.getDb().executeSql('SELECT pg_advisory_xact_lock(72707373); GRANT USAGE ON SCHEMA pgboss TO ocore_tenant; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA pgboss TO ocore_tenant');
  return boss;
}

export interface Worker {
  stop(): Promise<void>;
}

/**
 * Takes operations off the queue, and looks every few seconds for those whose worker died or whose job was lost:
 * nothing stays `running` or `queued` for ever.
 */
export async function startWorker(app: App, boss: PgBoss, kinds: KindRegistry): Promise<Worker> {
  const shutdown = new AbortController();
  const running = new Set<Promise<void>>();
  const run = (operationId: string): Promise<void> => {
    const work = runOperation(app, kinds, operationId, shutdown.signal).catch((error: unknown) => {
      app.log.error({ err: error, operationId }, 'An operation was interrupted; it will be taken up again');
    });
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  await boss.work(
    queueName,
    { localConcurrency: app.config.WORKER_CONCURRENCY, groupConcurrency: app.config.SERVER_CONCURRENCY, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 2 },
    async (jobs) => {
      for (const { data } of jobs) await run(job.parse(data).operationId);
    },
  );

  const reconcile = async (): Promise<void> => {
    if (shutdown.signal.aborted) return;
    const orphans = await app.db.prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM operations WHERE (status = 'running' AND lease_until < now())
        OR (status = 'queued' AND created_at < now() - interval '5 seconds' AND NOT EXISTS (
          SELECT 1 FROM pgboss.job WHERE name = ${queueName} AND data->>'operationId' = operations.id::text AND state IN ('created', 'retry', 'active')))
      ORDER BY id LIMIT ${app.config.WORKER_CONCURRENCY}`;
    for (const { id } of orphans) {
      app.log.info({ operationId: id }, 'Taking up an operation whose worker is gone');
      void run(id);
    }
  };
  const timer = setInterval(() => {
    reconcile().catch((error: unknown) => app.log.warn({ err: error }, 'The reconciler could not look'));
  }, 2000);
  await reconcile();

  return {
    stop: async () => {
      clearInterval(timer);
      shutdown.abort();
      await boss.offWork(queueName);
      await Promise.allSettled(running);
    },
  };
}
