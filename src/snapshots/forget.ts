import type { RemoteHost } from '../remote/index.ts';
import { backupTag } from './names.ts';
import { runRestic } from './restic.ts';
import type { ResticContext } from './restic-run.ts';
import type { Repository } from './repository.ts';

/** Removes snapshots and the data that no other snapshot has. Those that are gone already are fine. */
export async function forgetSnapshots(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  snapshotIds: readonly string[],
): Promise<void> {
  if (snapshotIds.length === 0) return;
  await runRestic(context, host, repository, {
    what: 'forget',
    args: ['forget', '--prune', '--json', ...snapshotIds],
    exclusive: true,
  });
}

/** Removes every snapshot of a backup: an attempt that was cut short may have left one that no row names. */
export async function forgetBackup(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  backupId: string,
): Promise<void> {
  await runRestic(context, host, repository, {
    what: 'forget',
    args: ['forget', '--prune', '--json', '--tag', backupTag(backupId), '--unsafe-allow-remove-all'],
    exclusive: true,
  });
}
