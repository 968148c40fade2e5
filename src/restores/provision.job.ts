import { carryCode } from '../deployed-code/index.ts';
import { provisioningSteps, removeProvisioned, settleProvisioning, siteOf } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { manifestShape } from '../snapshots/index.ts';
import { switchDatabase } from './databases.ts';
import { switchFilestore } from './filestores.ts';
import { provisionFromBackupKind } from './kinds.ts';
import { backupOf, endLoading, loadSnapshot } from './load-snapshot.ts';
import { removeLeftovers } from './replace-data.ts';
import { recordRestored } from './settle.ts';

/** As a new instance is made, but its database and its files come from a backup. */
export const provisionFromBackupJob = implementOperation({
  kind: provisionFromBackupKind,
  steps: {
    ...provisioningSteps,
    load: async (context) => {
      const site = await siteOf(context);
      const parts = context.input;
      const backup = await backupOf(context, parts.backupId);
      const message = await loadSnapshot(context, site, backup, parts);
      await carryCode(context, site, manifestShape.parse(backup.manifest).deploymentId);
      // The empty database goes: nothing serves yet.
      if (parts.database) await switchDatabase(context, site);
      if (parts.filestore) await switchFilestore(context, site);
      await removeLeftovers(context, site, parts);
      return message;
    },
  },
  cleanup: async (context) => {
    await endLoading(context, await siteOf(context), await backupOf(context, context.input.backupId));
    await removeProvisioned(context);
  },
  settle: async (tx, context, outcome, error) => {
    await settleProvisioning(tx, context, outcome, error);
    const { id } = await tx.instance.update({
      where: { id: context.operation.resourceId },
      // The database that came has its own administrators.
      data: outcome === 'succeeded' ? { adminPasswordEnc: null } : {},
    });
    if (outcome === 'succeeded') await recordRestored(tx, context.scope, id, context.input);
  },
});
