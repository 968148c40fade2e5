import type { App } from '../app.ts';
import { shareOf } from './shares.ts';

interface Snapshot {
  /** Slots of each worker that lives. */
  slots: number[];
  running: { orgId: string; serverId: string | null; count: number }[];
}

const readMs = 500;
const snapshots = new WeakMap<App, { at: number; read: Promise<Snapshot> }>();

async function read(app: App): Promise<Snapshot> {
  const { pool } = app.db;
  const workers = await pool.query<{ slots: number }>(
    'SELECT slots FROM worker_processes WHERE seen_at > clock_timestamp() - make_interval(secs => $1)',
    [2 * app.config.OPERATION_LEASE],
  );
  const running = await pool.query<Snapshot['running'][number]>(
    `SELECT org_id AS "orgId", server_id AS "serverId", count(*)::int AS count FROM operations WHERE status = 'running' GROUP BY 1, 2`,
  );
  return { slots: workers.rows.map((row) => row.slots), running: running.rows };
}

/** A list asks for each of its operations: they share one look. */
function look(app: App): Promise<Snapshot> {
  const known = snapshots.get(app);
  if (known && performance.now() - known.at < readMs) return known.read;
  const fresh = { at: performance.now(), read: read(app) };
  snapshots.set(app, fresh);
  return fresh.read;
}

const others = (count: number): string => (count === 1 ? '1 other operation' : `${count} other operations`);

/** What an operation that is queued waits for; null when a worker takes it as soon as it looks. */
export async function waitingFor(
  app: App,
  operation: { status: string; orgId: string; serverId: string | null },
): Promise<string | null> {
  if (operation.status !== 'queued') return null;
  const { slots, running } = await look(app);
  if (slots.length === 0) return 'no worker is running';
  const sum = (rows: Snapshot['running']): number => rows.reduce((total, row) => total + row.count, 0);
  const onServer = operation.serverId ? sum(running.filter((row) => row.serverId === operation.serverId)) : 0;
  if (onServer >= app.config.SERVER_CONCURRENCY) return `${others(onServer)} on this server`;
  if (
    sum(running.filter((row) => row.orgId === operation.orgId)) >=
    slots.reduce((total, count) => total + shareOf(count), 0)
  )
    return 'other operations of the organization';
  if (sum(running) >= slots.reduce((total, count) => total + count, 0)) return 'a free worker';
  return null;
}
