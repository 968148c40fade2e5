import { settlePreBackup, takePreBackup } from '../backups/index.ts';
import { siteOf } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { backupOf, endLoading, loadSnapshot, type Parts } from '../restores/index.ts';
import { begun } from './begun.ts';
import { cleanUp } from './clean-up.ts';
import { type Context, deploymentOf, updateDeployment } from './context.ts';
import { bringBack } from './bring-back.ts';
import { becomeHealthy, finish } from './finish.ts';
import { rollbackInstanceKind } from './kinds.ts';
import { settleDeployment } from './settle.ts';
import { newSiteOf } from './site.ts';
import { switchOver } from './switch.ts';

/** The data that comes back. */
async function partsFor(context: Context): Promise<Parts> {
  const { restoreId } = await deploymentOf(context);
  if (restoreId === null) return { database: false, filestore: false };
  const { includeFilestore } = await backupOf(context, restoreId);
  return { database: true, filestore: includeFilestore };
}

export const rollbackJob = implementOperation({
  kind: rollbackInstanceKind,
  steps: {
    prepare: async (context) => {
      await begun(context);
      return bringBack(context);
    },
    safety: async (context) => {
      const site = await siteOf(context);
      const { snapshot } = await deploymentOf(context);
      await updateDeployment(context, { status: 'deploying' });
      if (snapshot === false) return 'Not wanted';
      const { id } = await takePreBackup(context, site, 'pre_restore');
      await updateDeployment(context, { snapshotId: id });
      return `The backup ${id} has the data from before`;
    },
    load: async (context) => {
      const { restoreId } = await deploymentOf(context);
      if (restoreId === null) return 'Not asked for: the data stays as it is';
      const site = await siteOf(context);
      return loadSnapshot(context, site, await backupOf(context, restoreId), await partsFor(context));
    },
    switch: async (context) => switchOver(context, await newSiteOf(context), await partsFor(context)),
    health: async (context) => becomeHealthy(context, await newSiteOf(context)),
    finish: async (context) => finish(context, await newSiteOf(context), await partsFor(context)),
  },
  cleanup: async (context) => {
    const { restoreId } = await deploymentOf(context);
    if (restoreId !== null) await endLoading(context, await siteOf(context), await backupOf(context, restoreId));
    await cleanUp(context, await partsFor(context));
  },
  settle: async (tx, context, outcome, error) => {
    await settlePreBackup(tx, context, outcome, error);
    await settleDeployment(tx, context, outcome, error);
  },
});
