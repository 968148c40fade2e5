import type { Server, WalArchive } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { sql } from '../instances/index.ts';
import { liveOperation } from '../operations/live.ts';
import type { RemoteError, RemoteHost } from '../remote/index.ts';
import { monitorScope, type ServerLook } from '../servers/index.ts';
import { receiver } from './names.ts';
import { archiveResource } from './resource.ts';
import { changeArchive } from './rows.ts';

const laggingMs = 5 * 60_000;

const question = ({ newestLsn }: WalArchive): string => `
  SELECT coalesce((SELECT coalesce(wal_status, 'reserved') FROM pg_replication_slots WHERE slot_name = '${receiver}'), 'missing'),
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${newestLsn === null ? 'pg_current_wal_insert_lsn()' : `'${newestLsn}'`})::bigint;`;

const became = {
  active: 'point_in_time.active',
  lagging: 'point_in_time.lagging',
  broken: 'point_in_time.broken',
} as const;

/** Asks databases how much of what they wrote is not archived yet, and whether they still keep it. */
export class ArchiveWatch implements ServerLook {
  readonly #prisma: App['db']['prisma'];

  constructor(app: App) {
    this.#prisma = app.db.prisma;
  }

  async look(server: Server, host: RemoteHost, signal: AbortSignal): Promise<RemoteError | undefined> {
    const archives = await this.#prisma.walArchive.findMany({
      where: { status: { in: ['active', 'lagging'] }, instance: { serverId: server.id, status: 'running' } },
    });
    for (const archive of archives) {
      // What is wrong with the database itself, others tell.
      const answer = await sql(host, { id: archive.instanceId }, 'postgres', question(archive), signal).catch(() => '');
      const [slot, bytes] = answer.split('|');
      if (slot && bytes !== undefined) await this.#note(server, archive, slot, BigInt(bytes));
    }
    return undefined;
  }

  async #note(server: Server, archive: WalArchive, slot: string, lagBytes: bigint): Promise<void> {
    const lost = slot === 'lost' || slot === 'missing';
    const since = archive.newestAt ?? archive.createdAt;
    const status = lost ? 'broken' : Date.now() - since.getTime() > laggingMs ? 'lagging' : 'active';
    await this.#prisma.$transaction(async (tx) => {
      // What an operation works on is its own to tell.
      if ((await tx.operation.count({ where: { resourceId: archive.instanceId, ...liveOperation } })) > 0) return;
      const unchanged = { id: archive.id, orgId: archive.orgId, status: archive.status, madeBy: archive.madeBy };
      if ((await tx.walArchive.count({ where: unchanged })) === 0) return;
      const statusMessage = lost
        ? 'Changes were lost before they were archived: archiving begins again with a new base backup.'
        : archive.statusMessage;
      await changeArchive(tx, archive, { status, statusMessage, lagBytes, checkedAt: new Date() });
      if (lost)
        await tx.baseBackup.updateMany({
          where: { archiveId: archive.id, orgId: archive.orgId },
          data: { closed: true },
        });
      if (status === archive.status) return;
      await recordFact(tx, monitorScope(server), {
        action: became[status],
        resource: archiveResource,
        resourceId: archive.id,
        projectId: archive.projectId,
        after: { instanceId: archive.instanceId, status, reason: null },
      });
    });
  }
}
