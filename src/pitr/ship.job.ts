import type { BaseBackup } from '../../prisma/generated/client/client.ts';
import type { Tx } from '../database/database.ts';
import type { StepContext } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { shipKind } from './kinds.ts';
import { type ArchiveSite, archiveSiteOf, changeArchive } from './rows.ts';
import { forgetQuietly, mark, type Moment, shipWal } from './ship.ts';

type Context = StepContext<unknown>;

/** The base backup that changes are added to; null before the first one, and while there is to be a new one. */
export function openBase(context: Pick<Context, 'app'>, { archive }: ArchiveSite): Promise<BaseBackup | null> {
  return context.app.db.prisma.baseBackup.findFirst({
    where: { archiveId: archive.id, orgId: archive.orgId, closed: false, madeBy: archive.madeBy },
    orderBy: { consistentAt: 'desc' },
  });
}

/** Archives up to now: from then on every second up to this one can be restored. */
export async function archiveNow(context: Context, place: ArchiveSite, base: BaseBackup): Promise<Moment> {
  const moment = await mark(context, place);
  const { archive } = place;
  if (moment.at < base.newestAt) {
    // The server's clock went back: later changes say that they are older. A new base backup begins after that.
    await context.write(async (tx) => {
      await tx.baseBackup.updateMany({ where: { id: base.id, orgId: archive.orgId }, data: { closed: true } });
      await changeArchive(tx, archive, { baseAt: new Date() });
    });
    context.log('warning', 'The clock of the server went back: the changes after that need a new base backup');
    return moment;
  }
  const walSnapshotId = await shipWal(context, place, base.id);
  await context.write(async (tx) => {
    await tx.baseBackup.updateMany({
      where: { id: base.id, orgId: archive.orgId },
      data: { walSnapshotId, newestAt: moment.at },
    });
    await changeArchive(tx, archive, { newestAt: moment.at, newestLsn: moment.lsn });
  });
  if (base.walSnapshotId !== walSnapshotId) await forgetQuietly(context, place, [base.walSnapshotId]);
  return moment;
}

/** They are many: of those that have ended, only the last one stays. */
export async function removeEarlier(
  tx: Tx,
  operation: { id: string; orgId: string; resourceId: string; kind: string },
): Promise<void> {
  await tx.operation.deleteMany({
    where: {
      orgId: operation.orgId,
      resourceId: operation.resourceId,
      kind: operation.kind,
      id: { not: operation.id },
      status: { in: ['succeeded', 'failed', 'cancelled'] },
    },
  });
}

export const shipJob = implementOperation({
  kind: shipKind,
  steps: {
    ship: async (context) => {
      const place = await archiveSiteOf(context, context.operation.resourceId);
      const base = await openBase(context, place);
      if (!base) return 'There is no base backup yet';
      const { at } = await archiveNow(context, place, base);
      return `Archived up to ${at.toISOString()}`;
    },
  },
  settle: async (tx, { operation }, outcome, error) => {
    await removeEarlier(tx, operation);
    const where = {
      id: operation.resourceId,
      orgId: operation.orgId,
      status: { in: ['active' as const, 'lagging' as const] },
    };
    const statusMessage = outcome === 'succeeded' ? null : (error?.message ?? null);
    const archive = await tx.walArchive.findFirst({ where });
    if (archive && archive.statusMessage !== statusMessage) await changeArchive(tx, archive, { statusMessage });
  },
});
