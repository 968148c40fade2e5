import { databaseName, runTool, type Site, volumesOf } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { openRepository, restoreFiles, snapshotPaths } from '../snapshots/index.ts';

/**
 * Odoo's files have the names of their contents, and go only when no row names them any more: those of the point in time
 * are still there, but for what was deleted since. The backup that is nearest to it may have those: its files are added.
 */
export async function addNearestFiles(context: StepContext<unknown>, site: Site, time: Date): Promise<string> {
  const { app, operation } = context;
  const { instance, host } = site;
  const backups = await app.db.prisma.backup.findMany({
    where: {
      instanceId: instance.id,
      orgId: operation.orgId,
      status: 'completed',
      copyOfId: null,
      includeFilestore: true,
      snapshotId: { not: null },
    },
    select: { snapshotId: true, repositoryId: true, createdAt: true },
  });
  const distance = ({ createdAt }: { createdAt: Date }): number => Math.abs(createdAt.getTime() - time.getTime());
  const [nearest] = backups.sort((one, other) => distance(one) - distance(other));
  if (!nearest?.snapshotId) return 'Files that were deleted since are not there: there is no backup with files';
  const database = databaseName(instance.slug);
  const repository = await openRepository(app, nearest.repositoryId);
  const hasFiles = await restoreFiles(context, host, repository, nearest.snapshotId, {
    path: snapshotPaths.filestore(database),
    volume: volumesOf(instance).filestore,
    folder: `filestore/${database}`,
    what: 'restore-files',
    optional: true,
  });
  if (!hasFiles) return 'The nearest backup has no files';
  await runTool(
    context,
    site,
    {
      name: 'point-files',
      image: instance.image,
      program: ['sh', '-ec', 'cd /var/lib/odoo/filestore && chown -R "$(stat -c %u:%g ..)" "$0"', database],
      mounts: [{ volume: volumesOf(instance).filestore, target: '/var/lib/odoo' }],
      network: false,
    },
    ({ line }) => context.log('info', line),
  );
  return `Files that were deleted since came from the backup of ${nearest.createdAt.toISOString()}`;
}
