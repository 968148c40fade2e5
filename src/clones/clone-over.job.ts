import { removeOtherCode, returnCode } from '../deployed-code/index.ts';
import { ensureData, restingOf, siteOf, startContainers, waitForOdoo } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { putBack, type Rest } from '../restores/index.ts';
import { copyingSteps, finishCopy, requireNeutral } from './copying-steps.ts';
import { cloneOverInstanceKind } from './kinds.ts';
import { requireNeutralRelease } from './neutralise.ts';
import { recordClone, recordCloneFailed } from './rows.ts';
import { abandonCopy, endCopyLoading, partsOf } from './transport.ts';

const restOf = ({ from }: { from?: string | undefined }): Rest =>
  from === 'running' || from === 'stopped' || from === 'failed' ? from : undefined;

/** Replaces the data of an instance by that of another one. What served before is there until the copy is healthy. */
export const cloneOverInstanceJob = implementOperation({
  kind: cloneOverInstanceKind,
  steps: {
    ...copyingSteps,
    prepare: async (context) => {
      const site = await siteOf(context);
      requireNeutralRelease(site.instance.odooVersion);
      return ensureData(context, site);
    },
    start: async (context) => {
      const site = await siteOf(context);
      await requireNeutral(context, site);
      await startContainers(context, site);
      return waitForOdoo(site.host, site.instance, context.signal);
    },
    finish: finishCopy,
  },
  cleanup: async (context) => {
    const site = await siteOf(context);
    await endCopyLoading(context, site);
    await returnCode(context, site);
    await putBack(context, await siteOf(context), partsOf(context), restOf(context.input));
    await removeOtherCode(await siteOf(context));
    await abandonCopy(context);
  },
  settle: async (tx, context, outcome, error) => {
    const { operation, input, state } = context;
    const reason = error?.message ?? null;
    const rested = state['putBack'] === true ? (restOf(input) ?? 'failed') : 'failed';
    await tx.instance.update({
      where: { id: operation.resourceId },
      data:
        outcome === 'succeeded'
          ? { status: 'running', statusMessage: null, settingsPending: false, lastSeenAt: new Date() }
          : operation.attempt === 0
            ? restingOf(input)
            : { status: rested, statusMessage: `It was not replaced by a copy: ${reason ?? ''}` },
    });
    if (outcome === 'succeeded') await recordClone(tx, context);
    else await recordCloneFailed(tx, context, error);
  },
});
