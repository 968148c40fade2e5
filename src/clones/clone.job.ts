import { provisioningSteps, removeProvisioned, settleProvisioning, siteOf } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { copyingSteps, finishCopy, requireNeutral } from './copying-steps.ts';
import { cloneInstanceKind } from './kinds.ts';
import { requireNeutralRelease } from './neutralise.ts';
import { recordClone, recordCloneFailed } from './rows.ts';
import { abandonCopy, endCopyLoading } from './transport.ts';

/** A new instance with the data of another one. What fails leaves nothing of the copy. */
export const cloneInstanceJob = implementOperation({
  kind: cloneInstanceKind,
  steps: {
    ...provisioningSteps,
    ...copyingSteps,
    prepare: async (context) => {
      const { instance } = await siteOf(context);
      requireNeutralRelease(instance.odooVersion);
      // The users of the copy are those of the original, with their passwords.
      await context.write((tx) => tx.instance.update({ where: { id: instance.id }, data: { adminPasswordEnc: null } }));
      return provisioningSteps.prepare(context);
    },
    start: async (context) => {
      await requireNeutral(context, await siteOf(context));
      return provisioningSteps.start(context);
    },
    finish: finishCopy,
  },
  cleanup: async (context) => {
    await endCopyLoading(context, await siteOf(context));
    await removeProvisioned(context);
    await abandonCopy(context);
  },
  settle: async (tx, context, outcome, error) => {
    await settleProvisioning(tx, context, outcome, error);
    if (outcome === 'succeeded') await recordClone(tx, context);
    else await recordCloneFailed(tx, context, error);
  },
});
