import type { Backup } from '../../prisma/generated/client/client.ts';
import { found } from '../errors.ts';
import { notify } from '../events/hub.ts';
import type { StepContext } from '../operations/kind.ts';
import type { SnapshotProgress } from '../snapshots/index.ts';
import { backupResource } from './resource.ts';

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'write' | 'progress'>;

/** The backup that an operation works on. */
export async function backupOf({ app, operation: { resourceId: id, orgId } }: Context): Promise<Backup> {
  return found(await app.db.prisma.backup.findFirst({ where: { id, orgId } }), 'backup', id);
}

type Change = Partial<Omit<Backup, 'id' | 'orgId' | 'progress' | 'manifest'>> & {
  progress?: SnapshotProgress;
  manifest?: object;
};

/** Changes the row while this worker holds the operation, and wakes its subscribers. */
export async function updateBackup(context: Context, id: string, change: Change): Promise<void> {
  const { orgId } = context.operation;
  const { progress, manifest, ...columns } = change;
  await context.write(async (tx) => {
    await tx.backup.update({
      where: { id, orgId },
      data: {
        ...columns,
        ...(progress ? { progress: { ...progress } } : {}),
        ...(manifest ? { manifest: { ...manifest } } : {}),
      },
    });
    await notify(tx, backupResource.topics(orgId, id));
  });
}

const everyMs = 2000;

/** Tells the operation and the backup how far it is. What is not written in time is overtaken by the next. */
export function progressOf(context: Context, id: string): (progress: SnapshotProgress) => void {
  let last = 0;
  let writing = false;
  return (progress) => {
    const { bytesDone, bytesTotal } = progress;
    const percent = bytesTotal > 0 ? Math.min(99, (100 * bytesDone) / bytesTotal) : 0;
    context.progress(percent, inWords(progress));
    if (writing || performance.now() - last < everyMs) return;
    last = performance.now();
    writing = true;
    updateBackup(context, id, { progress })
      .catch(() => {})
      .finally(() => {
        writing = false;
      });
  };
}

export function inWords({ bytesDone, bytesTotal, bytesPerSecond, secondsRemaining }: SnapshotProgress): string {
  const of = bytesTotal > 0 ? ` of about ${megabytes(bytesTotal)}` : '';
  const speed = bytesPerSecond === null ? '' : `, ${megabytes(bytesPerSecond)}/s`;
  const left = secondsRemaining === null ? '' : `, about ${secondsRemaining} s left`;
  return `${megabytes(bytesDone)}${of}${speed}${left}`;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
