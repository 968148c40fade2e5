import { deletion, namesOf, settleDeletion, siteOf, stopContainer } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { deleteWithBackupKind } from './kinds.ts';
import { abandonPreBackup, settlePreBackup, takePreBackup } from './pre-backup.ts';

export const deleteWithBackupJob = implementOperation({
  kind: deleteWithBackupKind,
  steps: {
    backup: async (context) => {
      const { destinationId } = context.input;
      const backup = await takePreBackup(context, await siteOf(context), 'pre_delete', { destinationId });
      await context.saveState({ safe: true });
      return `Backup ${backup.id}`;
    },
    ...deletion,
  },
  // Until the backup is safe, nothing was removed: the instance is as it was.
  cleanup: async (context) => {
    if (context.state['safe'] === true) return;
    const site = await siteOf(context);
    await abandonPreBackup(context, site);
    if (context.input.from === 'stopped') await stopContainer(site.host, namesOf(site.instance.id).database, 60);
  },
  settle: async (tx, context, outcome, error) => {
    await settlePreBackup(tx, context, outcome, error);
    await settleDeletion(tx, context, outcome, error, context.state['safe'] !== true);
  },
});
