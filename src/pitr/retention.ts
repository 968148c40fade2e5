import type { BaseBackup } from '../../prisma/generated/client/client.ts';
import type { ResticContext } from '../snapshots/index.ts';
import type { ArchiveSite } from './rows.ts';
import { forgetQuietly } from './ship.ts';

const dayMs = 86_400_000;

/** Those with which no moment of the window can be restored. The newest stays in any case. */
function oldOf(bases: readonly BaseBackup[], retentionDays: number): BaseBackup[] {
  const begin = Date.now() - retentionDays * dayMs;
  return bases.slice(0, -1).filter(({ newestAt }) => newestAt.getTime() < begin);
}

/** Removes what is older than the window, unless somebody else has the repository: then the next time. */
export async function removeOld(context: ResticContext, place: ArchiveSite): Promise<number> {
  const { archive } = place;
  const where = { archiveId: archive.id, orgId: archive.orgId };
  const bases = await context.app.db.prisma.baseBackup.findMany({ where, orderBy: { createdAt: 'asc' } });
  const old = oldOf(bases, archive.retentionDays);
  const snapshots = old.flatMap(({ snapshotId, walSnapshotId }) => [snapshotId, walSnapshotId]);
  if (!(await forgetQuietly(context, place, snapshots, { prune: true }))) return 0;
  await context.write((tx) => tx.baseBackup.deleteMany({ where: { ...where, id: { in: old.map(({ id }) => id) } } }));
  return old.length;
}
