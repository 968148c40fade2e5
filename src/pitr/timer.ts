import type { Instance, WalArchive } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { enqueue } from '../operations/enqueue.ts';
import { baseBackupKind, enableArchivingKind, shipKind } from './kinds.ts';
import { changeArchive } from './rows.ts';

type Row = WalArchive & { instance: Pick<Instance, 'serverId'> };

const scopeOf = ({ id, orgId }: WalArchive): FactScope => ({
  orgId,
  actor: itself,
  requestId: `archive-${id.slice(-6)}`,
  ipAddress: null,
  userAgent: null,
});

/**
 * Begins to archive what databases have written, base backups where one is due, and again what was lost. Each worker may:
 * whoever moves the time of the next one on begins it.
 */
export function startArchiving(app: App): { stop(): Promise<void> } {
  const everyMs = app.config.WAL_ARCHIVE_INTERVAL * 1000;
  let stopped = false;
  const round = async (): Promise<void> => {
    // What was archived of an instance that is gone stays at its destination, as its backups do.
    await app.db.prisma.walArchive.deleteMany({ where: { instance: { status: 'removed' } } });
    const where: Prisma.WalArchiveWhereInput = {
      status: { in: ['active', 'lagging', 'broken'] },
      nextAt: { lte: new Date() },
      instance: { status: 'running', server: { status: 'active' } },
    };
    const due = await app.db.prisma.walArchive.findMany({
      where,
      include: { instance: { select: { serverId: true } } },
    });
    for (const archive of due) {
      if (stopped) return;
      await begin(app, archive, everyMs).catch((error: unknown) => {
        // Something else works there: it is begun as soon as that has ended.
        if (!(error instanceof AppError) || error.code !== 'operation_in_progress') throw error;
      });
    }
  };
  let running: Promise<void> | undefined;
  const timer = setInterval(
    () => {
      running ??= round()
        .catch((error: unknown) => app.log.warn({ err: error }, 'The archiving of changes missed a round'))
        .finally(() => {
          running = undefined;
        });
    },
    Math.min(everyMs, 5000),
  );
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

function begin(app: App, archive: Row, everyMs: number): Promise<void> {
  return app.db.prisma.$transaction(async (tx) => {
    const claimed = await tx.walArchive.updateMany({
      where: { id: archive.id, orgId: archive.orgId, nextAt: archive.nextAt, status: archive.status },
      data: { nextAt: new Date(Date.now() + everyMs) },
    });
    if (claimed.count === 0) return;
    await enqueueFor(app, tx, archive);
  });
}

async function enqueueFor(app: App, tx: Tx, archive: Row): Promise<void> {
  const { id, projectId, instanceId } = archive;
  const { serverId } = archive.instance;
  const scope = scopeOf(archive);
  if (archive.status === 'broken') {
    await changeArchive(tx, archive, { status: 'starting' });
    const input = { archiveId: id };
    await enqueue(app.queue, tx, scope, enableArchivingKind, { resourceId: instanceId, serverId, projectId, input });
    return;
  }
  const kind = archive.baseAt <= new Date() ? baseBackupKind : shipKind;
  await enqueue(app.queue, tx, scope, kind, { resourceId: id, serverId, projectId, input: {} });
}
