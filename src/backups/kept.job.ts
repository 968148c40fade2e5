import { recordFact } from '../audit/mutation.ts';
import { getImage } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { attemptHost } from '../servers/index.ts';
import {
  endRestic,
  forgetRuns,
  forgetSnapshots,
  forgetTagged,
  manifestShape,
  openRepository,
  prepareBeside,
  pruneRepository,
  type Repository,
  verifySnapshot,
} from '../snapshots/index.ts';
import { backupOf } from './context.ts';
import { deleteBackupKind, verifyBackupKind } from './kinds.ts';
import { backupResource } from './resource.ts';
import { settleBackup } from './settle.ts';

const halfDeleted = 'Its snapshot was removed, but not all of its data: delete the backup again';

/** The server that was chosen for restic, with its image there. */
export async function placeOf(context: StepContext<unknown>) {
  const backup = await backupOf(context);
  const repository = await openRepository(context.app, backup.repositoryId);
  const host = await attemptHost(context, context.operation.serverId ?? '');
  await getImage(context, host, context.app.config.RESTIC_IMAGE, { pull: false, part: [0, 1] });
  await prepareBeside(context, host, repository);
  return { backup, repository, host };
}

/** What a run that was cut short may still have there. */
async function endRuns(context: StepContext<unknown>, runs: readonly string[]): Promise<void> {
  const { repository, host } = await placeOf(context);
  const of: Pick<Repository, 'instanceId'> = repository;
  for (const what of [...runs, 'list-locks', 'read-lock', 'unlock']) await endRestic(context, host, of, what);
}

export const verifyBackupJob = implementOperation({
  kind: verifyBackupKind,
  steps: {
    verify: async (context) => {
      const { backup, repository, host } = await placeOf(context);
      await verifySnapshot(context, host, repository, backup.snapshotId ?? '', manifestShape.parse(backup.manifest));
      return 'Every pack of the snapshot was read back';
    },
  },
  cleanup: (context) => endRuns(context, ['verify', 'read-file']),
  settle: async (tx, { operation, scope }, outcome, error) => {
    const where = { id: operation.resourceId, orgId: operation.orgId };
    if (outcome === 'cancelled') return;
    // Only what was read and is wrong says something about the backup; a destination that is away does not.
    const corrupt = error?.code === 'backup_corrupt';
    const data =
      outcome === 'succeeded'
        ? { verifiedAt: new Date() }
        : corrupt
          ? { status: 'failed' as const, statusMessage: error.message, verifiedAt: null }
          : {};
    const backup = await tx.backup.update({ where, data });
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'backup.verified' : 'backup.verification_failed',
      resource: backupResource,
      resourceId: backup.id,
      resourceName: backup.instanceName,
      projectId: backup.projectId,
      after: { status: backup.status, reason: error?.code ?? null },
    });
  },
});

export const deleteBackupJob = implementOperation({
  kind: deleteBackupKind,
  steps: {
    forget: async (context) => {
      const { backup, repository, host } = await placeOf(context);
      // A backup that failed before there was a repository has nothing to be removed.
      if (!repository.initialized) return 'It has no data';
      if (backup.copyOfId === null) await forgetTagged(context, host, repository, backup.id);
      // A copy that failed has nothing there: what has the same tag is the copy that was made after it.
      else if (backup.snapshotId !== null) await forgetSnapshots(context, host, repository, [backup.snapshotId]);
      await context.saveState({ forgotten: true });
      await pruneRepository(context, host, repository);
      return undefined;
    },
  },
  cleanup: (context) => endRuns(context, forgetRuns),
  settle: async (tx, { operation, scope, state }, outcome, error) => {
    if (outcome !== 'succeeded') {
      if (state['forgotten'] === true)
        await settleBackup(tx, scope, operation.resourceId, {
          outcome: 'failed',
          error: { code: error?.code ?? 'restic_failed', message: halfDeleted, hint: null },
          verifiedAt: undefined,
        });
      return;
    }
    const { orgId } = operation;
    const backup = await tx.backup.delete({ where: { id: operation.resourceId, orgId } });
    await recordFact(tx, scope, {
      action: 'backup.deleted',
      resource: backupResource,
      resourceId: backup.id,
      resourceName: backup.instanceName,
      projectId: backup.projectId,
      after: { instanceId: backup.instanceId, backupType: backup.backupType },
    });
    // An empty repository of an instance that is gone is no longer anything to keep a destination for.
    const { repositoryId, instanceId } = backup;
    const living = await tx.instance.count({ where: { id: instanceId, orgId, status: { not: 'removed' } } });
    if (living === 0 && (await tx.backup.count({ where: { repositoryId } })) === 0)
      await tx.backupRepository.delete({ where: { id: repositoryId } });
  },
});
