import { implementOperation } from '../operations/registry.ts';
import { transferSite } from './context.ts';
import { removeTransferKind } from './kinds.ts';
import { removePlace } from './place.ts';
import { settleTransfer } from './settle.ts';

export const removeTransferJob = implementOperation({
  kind: removeTransferKind,
  steps: {
    remove: async (context) => {
      const { transfer, site } = await transferSite(context);
      await removePlace(site, transfer);
      return 'The file is gone from the server';
    },
  },
  settle: (tx, context, outcome, error) =>
    settleTransfer(tx, context, outcome, error, { action: 'transfer.removed', done: { status: 'removed' } }),
});
