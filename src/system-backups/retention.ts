import type { Storage } from '../storage/index.ts';
import { filePrefix, type Host } from './host.ts';

/**
 * Deletes backups of this installation that are neither among the newest BACKUP_KEEP nor younger than BACKUP_KEEP_DAYS. It
 * is called after a backup was read back, which is the newest then: a good one always stays. Files that it does not know
 * are somebody else's.
 */
export async function keepNewest({ config, db: { prisma } }: Host, storage: Storage): Promise<void> {
  const kept = await prisma.systemBackup.findMany({
    where: { status: 'completed', deletedAt: null, destination: storage.place },
    orderBy: { startedAt: 'desc' },
    skip: config.BACKUP_KEEP,
  });
  const youngest = Date.now() - config.BACKUP_KEEP_DAYS * 86400_000;
  for (const { id, file, startedAt } of kept) {
    if (config.BACKUP_KEEP_DAYS > 0 && startedAt.getTime() > youngest) continue;
    await storage.delete(file);
    await prisma.systemBackup.update({ where: { id }, data: { deletedAt: new Date() } });
  }
  await storage.sweep(filePrefix);
}
