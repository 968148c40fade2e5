import type { Tx } from '../database/database.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { archiveSiteOf, changeArchive } from './rows.ts';
import { archiveNow, openBase } from './ship.job.ts';

/**
 * Archives up to now what is archived at all, before a database server is replaced by another one, whose changes do not follow.
 * Every second of the old one stays restorable.
 */
export async function archiveUpToNow(context: StepContext<unknown>, instanceId: string): Promise<void> {
  const { app, operation, log } = context;
  const archive = await app.db.prisma.walArchive.findFirst({
    where: { instanceId, orgId: operation.orgId, status: { in: ['active', 'lagging'] } },
  });
  if (!archive) return;
  const place = await archiveSiteOf(context, archive.id);
  const base = await openBase(context, place);
  if (!base) return;
  try {
    const { at } = await archiveNow(context, place, base);
    log('info', `Every second up to ${at.toISOString()} can be restored`);
  } catch (error) {
    // The last minute at most: the safety backup has it, too.
    if (!(error instanceof StepError)) throw error;
    log('warning', `The last changes could not be archived: ${error.message}`);
  }
}

/** After it: archiving begins again by itself, with a new base backup. What was archived before stays restorable. */
export async function beginArchivingAgain(tx: Tx, orgId: string, instanceId: string, why: string): Promise<void> {
  const where = { instanceId, orgId, status: { in: ['active' as const, 'lagging' as const, 'broken' as const] } };
  const archive = await tx.walArchive.findFirst({ where });
  if (!archive) return;
  await tx.baseBackup.updateMany({ where: { archiveId: archive.id, orgId }, data: { closed: true } });
  await changeArchive(tx, archive, {
    status: 'broken',
    statusMessage: why,
    newestLsn: null,
    lagBytes: null,
    nextAt: new Date(),
  });
}
