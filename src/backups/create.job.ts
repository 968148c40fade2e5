import { z } from 'zod';
import { siteAt } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import {
  abandonSnapshot,
  dumpedShape,
  endSnapshot,
  manifestShape,
  openRepository,
  prepareSnapshot,
  takeDump,
  uploadSnapshot,
  verifySnapshot,
} from '../snapshots/index.ts';
import { backupOf, megabytes, progressOf, updateBackup } from './context.ts';
import { createBackupKind } from './kinds.ts';
import { settleBackup } from './settle.ts';

const dumpState = z.object({ takenAt: z.string(), dumped: dumpedShape });

export const createBackupJob = implementOperation({
  kind: createBackupKind,
  steps: {
    prepare: async (context) => {
      const backup = await backupOf(context);
      const site = await siteAt(context, backup.instanceId);
      await updateBackup(context, backup.id, { status: 'running', startedAt: backup.startedAt ?? new Date() });
      await prepareSnapshot(context, site, await openRepository(context.app, backup.repositoryId));
      return undefined;
    },
    dump: async (context) => {
      const backup = await backupOf(context);
      const site = await siteAt(context, backup.instanceId);
      const takenAt = new Date().toISOString();
      const dumped = await takeDump(context, site, { onProgress: progressOf(context, backup.id) });
      await context.saveState({ dump: { takenAt, dumped: { ...dumped } } });
      return `${megabytes(dumped.databaseBytes)} of ${Object.keys(dumped.rows).length} tables`;
    },
    upload: async (context) => {
      const backup = await backupOf(context);
      const site = await siteAt(context, backup.instanceId);
      const { takenAt, dumped } = dumpState.parse(context.state['dump']);
      const { snapshotId, manifest, databaseBytes, filestoreBytes, addedBytes } = await uploadSnapshot(
        context,
        site,
        dumped,
        takenAt,
        {
          repository: await openRepository(context.app, backup.repositoryId),
          backupId: backup.id,
          includeFilestore: backup.includeFilestore,
          onProgress: progressOf(context, backup.id),
        },
      );
      await updateBackup(context, backup.id, {
        snapshotId,
        manifest,
        databaseBytes: BigInt(databaseBytes),
        filestoreBytes: BigInt(filestoreBytes),
        addedBytes: BigInt(addedBytes),
      });
      return `${megabytes(databaseBytes + filestoreBytes)}, of which ${megabytes(addedBytes)} are new at the destination`;
    },
    clear: async (context) => {
      const backup = await backupOf(context);
      await endSnapshot(context, await siteAt(context, backup.instanceId));
      return undefined;
    },
    verify: async (context) => {
      const backup = await backupOf(context);
      const { host } = await siteAt(context, backup.instanceId);
      const repository = await openRepository(context.app, backup.repositoryId);
      await verifySnapshot(context, host, repository, backup.snapshotId ?? '', manifestShape.parse(backup.manifest));
      await context.saveState({ verifiedAt: new Date().toISOString() });
      return 'Every pack of the snapshot was read back';
    },
  },
  cleanup: async (context) => {
    const backup = await backupOf(context);
    const site = await siteAt(context, backup.instanceId);
    await abandonSnapshot(context, site, await openRepository(context.app, backup.repositoryId), backup.id);
    context.log('info', 'Nothing of it is left on the server and at the destination');
  },
  settle: async (tx, { operation, scope, state }, outcome, error) => {
    const verifiedAt = z.string().safeParse(state['verifiedAt']).data;
    await settleBackup(tx, scope, operation.resourceId, { outcome, error, verifiedAt });
  },
});
