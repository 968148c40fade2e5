import { z } from 'zod';
import { found } from '../errors.ts';
import type { StepContext } from '../operations/kind.ts';
import { StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import {
  copySnapshot,
  endCopy,
  endRestic,
  forgetBackup,
  manifestShape,
  openRepository,
  prepareBeside,
  verifySnapshot,
} from '../snapshots/index.ts';
import { updateBackup } from './context.ts';
import { placeOf } from './kept.job.ts';
import { copyBackupKind } from './kinds.ts';
import { settleBackup } from './settle.ts';

async function sourceOf({ app, operation, input }: StepContext<{ backupId: string }>) {
  const where = { id: input.backupId, orgId: operation.orgId };
  return found(await app.db.prisma.backup.findFirst({ where }), 'backup', input.backupId);
}

export const copyBackupJob = implementOperation({
  kind: copyBackupKind,
  steps: {
    copy: async (context) => {
      const { backup, repository, host } = await placeOf(context);
      const source = await sourceOf(context);
      const { snapshotId, manifest, databaseBytes, filestoreBytes } = source;
      if (snapshotId === null)
        throw new StepError('restic_failed', 'The backup has no snapshot', 'Take another backup.');
      await updateBackup(context, backup.id, { status: 'running', startedAt: backup.startedAt ?? new Date() });
      const from = await openRepository(context.app, source.repositoryId);
      await prepareBeside(context, host, from);
      const copied = await copySnapshot(context, host, from, repository, {
        snapshotId,
        backupId: backup.copyOfId ?? source.id,
        bytes: Number(databaseBytes ?? 0) + Number(filestoreBytes ?? 0),
      });
      await updateBackup(context, backup.id, {
        snapshotId: copied,
        manifest: manifestShape.parse(manifest),
        databaseBytes,
        filestoreBytes,
      });
      return undefined;
    },
    verify: async (context) => {
      const { backup, repository, host } = await placeOf(context);
      await verifySnapshot(context, host, repository, backup.snapshotId ?? '', manifestShape.parse(backup.manifest));
      await context.saveState({ verifiedAt: new Date().toISOString() });
      return 'Every pack of the copy was read back';
    },
  },
  cleanup: async (context) => {
    const { backup, repository, host } = await placeOf(context);
    await endCopy(context, host, repository);
    for (const what of ['verify', 'read-file', 'list-locks', 'read-lock', 'unlock'])
      await endRestic(context, host, repository, what);
    if (repository.initialized) await forgetBackup(context, host, repository, backup.copyOfId ?? backup.id);
    context.log('info', 'Nothing of the copy is left on the server and at its destination');
  },
  settle: async (tx, { operation, scope, state }, outcome, error) => {
    const verifiedAt = z.string().safeParse(state['verifiedAt']).data;
    await settleBackup(tx, scope, operation.resourceId, { outcome, error, verifiedAt });
  },
});
