import type { Backup } from '../../prisma/generated/client/client.ts';
import type { Tx } from '../database/database.ts';

/** Of how many earlier backups the middle one is taken, and by how much a backup may be smaller. */
const compared = 5;
const least = 0.5;
/** Small databases come and go. */
const smallest = 1024 * 1024;

const sizeOf = ({ databaseBytes, filestoreBytes }: Backup): number =>
  Number(databaseBytes ?? 0) + Number(filestoreBytes ?? 0);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Says that a backup is much smaller than those before it: somebody may have deleted, or a disk may be gone. */
export async function shrinkage(tx: Pick<Tx, 'backup'>, backup: Backup): Promise<string | undefined> {
  const { orgId, scheduleId, instanceId, includeFilestore, id } = backup;
  const before = await tx.backup.findMany({
    where: { orgId, scheduleId, instanceId, includeFilestore, status: 'completed', copyOfId: null, id: { lt: id } },
    orderBy: { id: 'desc' },
    take: compared,
  });
  const sizes = before.map(sizeOf).sort((one, other) => one - other);
  const usual = sizes[Math.floor(sizes.length / 2)];
  const size = sizeOf(backup);
  if (usual === undefined || usual < smallest || size >= usual * least) return undefined;
  return `The backup of ${backup.instanceName} has ${megabytes(size)}; those before it had ${megabytes(usual)}`;
}
