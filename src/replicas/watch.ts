import type { DatabaseReplica, Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { sql } from '../instances/index.ts';
import { liveOperation } from '../operations/live.ts';
import type { RemoteError, RemoteHost } from '../remote/index.ts';
import { monitorScope, type ServerLook } from '../servers/index.ts';
import { replicaNames } from './names.ts';
import { changeReplica, replicaResource } from './rows.ts';

/** Behind by more than this, a replica is not what its readers expect. */
const laggingSeconds = 30;
const laggingBytes = 256 * 1024 ** 2;

const question = `
  SELECT s.slot_name, coalesce(s.wal_status, ''), coalesce(r.state, ''),
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(r.replay_lsn, s.restart_lsn)), 0)::bigint,
    CASE WHEN r.pid IS NULL THEN '' ELSE coalesce(extract(epoch FROM r.replay_lag), 0)::text END
  FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name LIKE 'ocore\\_replica\\_%';`;

type Seen = Pick<DatabaseReplica, 'lagBytes' | 'lagSeconds' | 'statusMessage'> & {
  status: 'online' | 'lagging' | 'offline' | 'lost';
};

const became = {
  online: 'database_replica.online',
  lagging: 'database_replica.lagging',
  offline: 'database_replica.offline',
  lost: 'database_replica.lost',
} as const;

const gone: Seen = {
  status: 'lost',
  lagBytes: null,
  lagSeconds: null,
  statusMessage: 'The primary no longer keeps what the replica has not read yet. Rebuild it.',
};

function seenIn(line: string | undefined): Seen {
  const [, walStatus, state, bytes, seconds] = line?.split('|') ?? [];
  if (line === undefined || walStatus === 'lost') return gone;
  const lagBytes = BigInt(bytes ?? '0');
  if (!state)
    return {
      status: 'offline',
      lagBytes,
      lagSeconds: null,
      statusMessage: 'The replica is not connected to the primary.',
    };
  const lagSeconds = Number(seconds ?? 0);
  const late = lagSeconds > laggingSeconds || lagBytes > BigInt(laggingBytes) || state !== 'streaming';
  return { status: late ? 'lagging' : 'online', lagBytes, lagSeconds, statusMessage: null };
}

/** Between two servers, the way is the first thing to look at. */
const explained = (seen: Seen, { address, port }: DatabaseReplica): Seen =>
  seen.status === 'offline' && address !== null
    ? {
        ...seen,
        statusMessage: `The replica is not connected to the primary: its server must reach ${address}:${port}.`,
      }
    : seen;

/** Asks the primaries of a server how far their replicas are behind. */
export class ReplicaWatch implements ServerLook {
  readonly #prisma: App['db']['prisma'];

  constructor(app: App) {
    this.#prisma = app.db.prisma;
  }

  async look(server: Server, host: RemoteHost, signal: AbortSignal): Promise<RemoteError | undefined> {
    const replicas = await this.#prisma.databaseReplica.findMany({
      where: {
        status: { in: ['online', 'lagging', 'offline'] },
        instance: { serverId: server.id, status: 'running' },
      },
      orderBy: { instanceId: 'asc' },
    });
    for (const id of new Set(replicas.map(({ instanceId }) => instanceId))) {
      // What is wrong with the primary itself, others tell.
      const answer = await sql(host, { id }, 'postgres', question, signal).catch(() => undefined);
      if (answer === undefined) continue;
      const lines = answer.split('\n');
      for (const replica of replicas.filter(({ instanceId }) => instanceId === id)) {
        const seen = seenIn(lines.find((line) => line.startsWith(`${replicaNames(replica).slot}|`)));
        await this.#note(server, replica, explained(seen, replica));
      }
    }
    return undefined;
  }

  /** What an operation works on is its own to tell. */
  async #note(server: Server, replica: DatabaseReplica, seen: Seen): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      if ((await tx.operation.count({ where: { resourceId: replica.instanceId, ...liveOperation } })) > 0) return;
      const unchanged = { id: replica.id, orgId: replica.orgId, updatedAt: replica.updatedAt };
      if ((await tx.databaseReplica.count({ where: unchanged })) === 0) return;
      await changeReplica(tx, replica, { ...seen, checkedAt: new Date() });
      if (seen.status === replica.status) return;
      await recordFact(tx, monitorScope(server), {
        action: became[seen.status],
        resource: replicaResource,
        resourceId: replica.id,
        resourceName: `replica ${replica.number}`,
        projectId: replica.projectId,
        after: { status: seen.status, reason: null, instanceId: replica.instanceId },
      });
    });
  }
}
