import type { Mail } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { foundById, type Page, type PageArgs, page } from '../lists.ts';

/** One queue of the installation. */
export interface Queue {
  name: string;
  waiting: number;
  running: number;
  /** What is tried again later. */
  retrying: number;
  /** What was given up within the last day. */
  failedLastDay: number;
  /** Seconds that the oldest which waits has waited. */
  oldestSeconds: number;
}

interface Row {
  name: string;
  waiting: number;
  running: number;
  retrying: number;
  failed: number;
  oldest: number;
}

/** The queues: operations on servers, e-mails, and the requests about accounts that workers answer. */
export async function listQueues(app: App): Promise<Queue[]> {
  const { rows } = await app.db.pool.query<Row>(`
    SELECT 'operations' AS name, count(*) FILTER (WHERE status = 'queued')::int AS waiting, count(*) FILTER (WHERE status = 'running')::int AS running,
      count(*) FILTER (WHERE status = 'running' AND attempt > 1)::int AS retrying,
      (SELECT count(*)::int FROM operations WHERE status = 'failed' AND finished_at > now() - interval '1 day') AS failed,
      coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'queued')), 0)::float8 AS oldest
    FROM operations WHERE status IN ('queued', 'running')
    UNION ALL
    SELECT 'mails', count(*)::int, 0, count(*) FILTER (WHERE attempts > 0)::int,
      (SELECT count(*)::int FROM mails WHERE failed_at > now() - interval '1 day'),
      coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
    FROM mails WHERE sent_at IS NULL AND failed_at IS NULL
    UNION ALL
    SELECT 'account_requests', count(*)::int, 0, count(*) FILTER (WHERE attempts > 0)::int, 0,
      coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
    FROM one_time_tokens WHERE purpose IN ('sign_up_request', 'reset_request') AND used_at IS NULL AND expires_at > now()`);
  return rows.map(({ failed, oldest, ...row }) => ({
    ...row,
    failedLastDay: failed,
    oldestSeconds: Math.round(oldest),
  }));
}

/** The e-mails that were given up, newest first. Their text is erased; what they said is asked for anew. */
export function listDeadMails(app: App, args: PageArgs): Promise<Page<Mail>> {
  const where = { failedAt: { not: null } };
  const { mail } = app.db.prisma;
  return page('dead mails', args, {
    find: (seek) => mail.findMany(foundById(where, seek)),
    count: () => mail.count({ where }),
  });
}

export async function getDeadMail(app: App, id: string): Promise<Mail> {
  const mail = isId(id) ? await app.db.prisma.mail.findFirst({ where: { id, failedAt: { not: null } } }) : null;
  if (!mail) throw notFound('mail', id);
  return mail;
}
