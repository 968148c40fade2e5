import type { RemoteHost } from '../remote/index.ts';
import { backupTag } from './names.ts';
import { refused } from './refusal.ts';
import { runRestic } from './restic.ts';
import { exit, resticProblem } from './restic-problem.ts';
import type { ResticContext } from './restic-run.ts';
import type { Repository } from './repository.ts';

/** The runs of restic that a removal has. */
export const forgetRuns = ['forget', 'prune'] as const;

/** Removes snapshots. Those that are gone already are fine; their data stay until `pruneRepository`. */
export async function forgetSnapshots(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  snapshotIds: readonly string[],
): Promise<void> {
  if (snapshotIds.length > 0) await forget(context, host, repository, snapshotIds);
}

/** Removes every snapshot of a backup: an attempt that was cut short may have left one that no row names. */
export async function forgetTagged(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  backupId: string,
): Promise<void> {
  await forget(context, host, repository, ['--tag', backupTag(backupId), '--unsafe-allow-remove-all']);
}

/** Removes every snapshot of a backup, and the data that no other snapshot has. */
export async function forgetBackup(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  backupId: string,
): Promise<void> {
  await forgetTagged(context, host, repository, backupId);
  await pruneRepository(context, host, repository);
}

async function forget(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  which: readonly string[],
): Promise<void> {
  const output = await runRestic(context, host, repository, {
    what: 'forget',
    args: ['forget', '--json', ...which],
    exclusive: true,
    accepts: [exit.incomplete],
  });
  if (output.code === 0) return;
  const denied = output.errors.find((error) => /access ?denied|forbidden|not permitted|permission denied/i.test(error));
  if (denied) throw refused(denied);
  throw resticProblem({ ...output, code: exit.failed }, false);
}

/** Removes the data that no snapshot has any more. Safe to repeat. */
export async function pruneRepository(context: ResticContext, host: RemoteHost, repository: Repository): Promise<void> {
  await runRestic(context, host, repository, { what: 'prune', args: ['prune'], exclusive: true });
}
