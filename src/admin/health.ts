import { readdir, statfs } from 'node:fs/promises';
import { apiVersion } from '../api-version.ts';
import type { App } from '../app.ts';

/** How the installation is: what an administrator looks at when something is slow. */
export interface SystemHealth {
  /** ok, or degraded: something needs to be looked at. */
  status: 'ok' | 'degraded';
  /** What needs to be looked at, as sentences. */
  problems: string[];
  version: string;
  nodeVersion: string;
  database: {
    version: string;
    sizeBytes: number;
    /** Of one small statement. */
    latencyMs: number;
    connections: number;
    maxConnections: number;
    /** Of this process. */
    poolTotal: number;
    poolIdle: number;
    poolWaiting: number;
  };
  queueLagSeconds: number;
  mailLagSeconds: number;
  /** Processes that take operations. */
  workers: number;
  migrations: { applied: number; pending: string[]; latest: string | null };
  disk: { path: string; totalBytes: number; availableBytes: number };
}

interface Row {
  version: string;
  size: string;
  connections: number;
  max_connections: number;
  queue_lag: number;
  mail_lag: number;
  workers: number;
  migrations: string[];
}

const text = `
  SELECT current_setting('server_version') AS version, pg_database_size(current_database())::text AS size,
    (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections,
    current_setting('max_connections')::int AS max_connections,
    (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 FROM operations WHERE status = 'queued') AS queue_lag,
    (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 FROM mails WHERE sent_at IS NULL AND failed_at IS NULL) AS mail_lag,
    (SELECT count(*)::int FROM worker_processes WHERE seen_at > now() - interval '1 minute') AS workers,
    (SELECT coalesce(array_agg(migration_name::text ORDER BY migration_name), '{}') FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL) AS migrations`;

const folder = new URL('../../prisma/migrations/', import.meta.url);
const longLag = 300;
const littleDisk = 0.1;

function problemsOf(health: Omit<SystemHealth, 'status' | 'problems'>): string[] {
  const { database, disk, migrations } = health;
  return [
    health.workers === 0 ? 'No worker is running: operations wait' : '',
    health.queueLagSeconds > longLag ? `An operation has waited for ${health.queueLagSeconds} seconds` : '',
    health.mailLagSeconds > longLag ? `An e-mail has waited for ${health.mailLagSeconds} seconds` : '',
    migrations.pending.length > 0 ? `Migrations are not applied: ${migrations.pending.join(', ')}` : '',
    database.connections > 0.9 * database.maxConnections ? 'The connections of the database are nearly used up' : '',
    disk.availableBytes < littleDisk * disk.totalBytes ? `Less than a tenth of ${disk.path} is free` : '',
  ].filter((problem) => problem !== '');
}

export async function systemHealth(app: App): Promise<SystemHealth> {
  const began = performance.now();
  await app.db.pool.query('SELECT 1');
  const latencyMs = Math.round((performance.now() - began) * 10) / 10;
  const { rows } = await app.db.pool.query<Row>(text);
  const [row] = rows;
  if (!row) throw new Error('The database did not say how it is');
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const space = await statfs(app.config.DATA_DIR);
  const applied = new Set(row.migrations);
  const { pool } = app.db;
  const health = {
    version: apiVersion,
    nodeVersion: process.version,
    database: {
      version: row.version,
      sizeBytes: Number(row.size),
      latencyMs,
      connections: row.connections,
      maxConnections: row.max_connections,
      poolTotal: pool.totalCount,
      poolIdle: pool.idleCount,
      poolWaiting: pool.waitingCount,
    },
    queueLagSeconds: Math.round(row.queue_lag),
    mailLagSeconds: Math.round(row.mail_lag),
    workers: row.workers,
    migrations: {
      applied: applied.size,
      pending: names.map(({ name }) => name).filter((name) => !applied.has(name)),
      latest: row.migrations.at(-1) ?? null,
    },
    disk: {
      path: app.config.DATA_DIR,
      totalBytes: space.blocks * space.bsize,
      availableBytes: space.bavail * space.bsize,
    },
  };
  const problems = problemsOf(health);
  return { status: problems.length === 0 ? 'ok' : 'degraded', problems, ...health };
}
