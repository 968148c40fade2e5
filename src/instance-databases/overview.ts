import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { databaseName } from '../instances/index.ts';
import { ask, count, instant, type Reached, reach } from './ask.ts';

const shape = z.object({
  version: z.string(),
  versionNumber: z.int(),
  startedAt: instant,
  sizeBytes: count,
  maxConnections: count,
  connections: count,
  active: count,
  idle: count,
  idleInTransaction: count,
  waiting: count,
  longestTransactionSeconds: count,
  commits: count,
  rollbacks: count,
  blocksHit: count,
  blocksRead: count,
  deadlocks: count,
  tempBytes: count,
  statementsTracked: z.boolean(),
});
export type Figures = z.infer<typeof shape>;

const clients = "backend_type = 'client backend' AND pid <> pg_backend_pid()";
const counted = (condition: string): string =>
  `(SELECT count(*) FROM pg_stat_activity WHERE ${clients} AND ${condition})`;

/** The figures of the database server and of the instance's database, in one look. */
const statement = `SELECT json_build_object(
  'version', current_setting('server_version'), 'versionNumber', current_setting('server_version_num')::int,
  'startedAt', pg_postmaster_start_time(), 'sizeBytes', pg_database_size(current_database()),
  'maxConnections', current_setting('max_connections')::int, 'connections', ${counted('true')},
  'active', ${counted("state = 'active'")}, 'idle', ${counted("state = 'idle'")},
  'idleInTransaction', ${counted("state LIKE 'idle in transaction%'")}, 'waiting', ${counted("wait_event_type = 'Lock'")},
  'longestTransactionSeconds', coalesce((SELECT greatest(0, max(extract(epoch FROM clock_timestamp() - xact_start))) FROM pg_stat_activity WHERE ${clients}), 0),
  'commits', xact_commit, 'rollbacks', xact_rollback, 'blocksHit', blks_hit, 'blocksRead', blks_read,
  'deadlocks', deadlocks, 'tempBytes', temp_bytes,
  'statementsTracked', current_setting('shared_preload_libraries') ~ '\\mpg_stat_statements\\M')
FROM pg_stat_database WHERE datname = current_database();`;

export const figuresOf = (
  reached: Reached,
  asked: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Figures> => ask(reached, statement, shape, asked);

/** The share of blocks that were found in memory, in percent; null before any was read. */
export function hitRate({ hit, read }: { hit: number; read: number }): number | null {
  return hit + read > 0 ? Math.round((hit / (hit + read)) * 10_000) / 100 : null;
}

export async function databaseOverview(app: App, scope: OrgScope, id: string) {
  const reached = await reach(app, scope, id);
  const { instance } = reached;
  const figures = await figuresOf(reached);
  return {
    ...figures,
    instanceId: instance.id,
    projectId: instance.projectId,
    name: databaseName(instance.slug),
    image: instance.postgresImage,
    cacheHitRate: hitRate({ hit: figures.blocksHit, read: figures.blocksRead }),
  };
}
export type DatabaseOverview = Awaited<ReturnType<typeof databaseOverview>>;
