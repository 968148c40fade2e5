import type { Operation, OperationStep } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { requestCancel } from '../operations/cancel.ts';
import { byStatus, foundById, type Page, type PageArgs, page, textFilter } from '../lists.ts';
import { type Administrator, scopeIn } from './administrator.ts';

type Status = Operation['status'];

/** The operations of all organizations, newest first: what the work queue does and did. */
export function listJobs(
  app: App,
  given: PageArgs & {
    status?: Status | null | undefined;
    statuses?: readonly Status[] | null | undefined;
    kind?: string | null | undefined;
  },
): Promise<Page<Operation & { steps: OperationStep[] }>> {
  const args = byStatus<Status, typeof given>(given);
  const where = { status: args.status && { in: args.status }, kind: textFilter('kind', args.kind) };
  return page('jobs', args, {
    find: (seek) =>
      app.db.prisma.operation.findMany({
        ...foundById(where, seek),
        include: { steps: { orderBy: { position: 'asc' } } },
      }),
    count: () => app.db.prisma.operation.count({ where }),
  });
}

export async function getJob(app: App, id: string): Promise<Operation & { steps: OperationStep[] }> {
  const operation = isId(id)
    ? await app.db.prisma.operation.findUnique({ where: { id }, include: { steps: { orderBy: { position: 'asc' } } } })
    : null;
  if (!operation) throw notFound('operation', id);
  return operation;
}

/** Cancels any operation. The organization's audit log records it under the administrator's name. */
export async function cancelJob(
  app: App,
  admin: Administrator,
  id: string,
): Promise<Operation & { steps: OperationStep[] }> {
  const { orgId } = await getJob(app, id);
  return requestCancel(app, scopeIn(admin, orgId), id);
}

export interface QueueState {
  queued: number;
  running: number;
  /** Seconds that the oldest queued operation has waited. */
  oldestQueuedSeconds: number;
  failedLastDay: number;
  mailsWaiting: number;
}

export async function queueState(app: App): Promise<QueueState> {
  const { rows } = await app.db.pool.query<Record<string, number>>(`
    SELECT count(*) FILTER (WHERE status = 'queued')::int AS queued, count(*) FILTER (WHERE status = 'running')::int AS running,
      coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'queued')), 0)::float8 AS oldest,
      (SELECT count(*)::int FROM operations WHERE status = 'failed' AND finished_at > now() - interval '1 day') AS failed,
      (SELECT count(*)::int FROM mails WHERE sent_at IS NULL AND failed_at IS NULL) AS mails
    FROM operations WHERE status IN ('queued', 'running')`);
  const row = rows[0] ?? {};
  return {
    queued: row['queued'] ?? 0,
    running: row['running'] ?? 0,
    oldestQueuedSeconds: Math.round(row['oldest'] ?? 0),
    failedLastDay: row['failed'] ?? 0,
    mailsWaiting: row['mails'] ?? 0,
  };
}
