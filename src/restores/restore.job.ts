import { abandonPreBackup, settlePreBackup, takePreBackup } from '../backups/index.ts';
import { ensureData, siteOf, waitForOdoo } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { restoreKind } from './kinds.ts';
import { backupOf, endLoading, loadSnapshot } from './load-snapshot.ts';
import { keepReplaced, putBack, replaceData } from './replace-data.ts';
import { recordRestored, settleReplaced } from './settle.ts';

export const restoreJob = implementOperation({
  kind: restoreKind,
  steps: {
    safety: async (context) => {
      const site = await siteOf(context);
      if (!context.input.safetyBackup) return 'Not wanted';
      const { id } = await takePreBackup(context, site, 'pre_restore');
      return `The backup ${id} has the data from before`;
    },
    load: async (context) => {
      const site = await siteOf(context);
      await ensureData(context, site);
      return loadSnapshot(context, site, await backupOf(context, context.input.backupId), context.input);
    },
    replace: async (context) => {
      await replaceData(context, await siteOf(context), context.input);
    },
    health: async (context) => {
      const { host, instance } = await siteOf(context);
      return waitForOdoo(host, instance, context.signal);
    },
    finish: async (context) => {
      await keepReplaced(context, await siteOf(context), context.input, context.input.from);
      return 'The data from before is removed';
    },
  },
  cleanup: async (context) => {
    const site = await siteOf(context);
    await abandonPreBackup(context, site);
    await endLoading(context, site, await backupOf(context, context.input.backupId));
    await putBack(context, site, context.input, context.input.from);
  },
  settle: async (tx, context, outcome, error) => {
    const { backupId, database, filestore } = context.input;
    await settlePreBackup(tx, context, outcome, error);
    await settleReplaced(tx, context, outcome, error, { source: 'backup', sourceId: backupId, database, filestore });
    if (outcome === 'succeeded') await recordRestored(tx, context.scope, context.operation.resourceId, context.input);
  },
});
