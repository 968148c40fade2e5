import { type StepContext, StepError } from '../operations/kind.ts';
import type { Site } from './context.ts';
import { sql } from './sql.ts';

const gib = 1024 ** 3;
const shown = (bytes: number): string => `${(bytes / gib).toFixed(1)} GiB`;

/**
 * A copy of the whole database server must fit on the disk, and leave a gibibyte. What the monitor saw last tells. Gives the
 * size of the disk of the instance's own server.
 */
export async function requireCopySpace(
  { app, signal }: Pick<StepContext<unknown>, 'app' | 'signal'>,
  { host, instance }: Site,
  /** Where the copy is made. */
  serverId = instance.serverId,
): Promise<{ diskTotalBytes: bigint | null; message: string }> {
  const serverOf = (id: string) => app.db.prisma.server.findFirst({ where: { id, orgId: instance.orgId } });
  const server = await serverOf(serverId);
  const own = serverId === instance.serverId ? server : await serverOf(instance.serverId);
  const answer = await sql(host, instance, 'postgres', 'SELECT sum(pg_database_size(oid)) FROM pg_database;', signal);
  const size = Number(answer || '0');
  const free = server?.diskAvailableBytes;
  if (free !== null && free !== undefined && Number(free) < size * 1.1 + gib)
    throw new StepError(
      'disk_full',
      `The copy needs ${shown(size * 1.1 + gib)} of the server's disk, and ${shown(Number(free))} are free`,
      'Free space on the server, or use a larger disk.',
    );
  return { diskTotalBytes: own?.diskTotalBytes ?? null, message: `${shown(size)} to copy` };
}
