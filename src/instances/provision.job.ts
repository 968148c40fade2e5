import { implementOperation } from '../operations/registry.ts';
import { siteOf } from './context.ts';
import { initialiseDatabase } from './initialise.ts';
import { provisionInstanceKind } from './kinds.ts';
import { provisioningSteps, removeProvisioned, settleProvisioning } from './provisioning.ts';

export const provisionInstanceJob = implementOperation({
  kind: provisionInstanceKind,
  steps: {
    ...provisioningSteps,
    initialise: async (context) => initialiseDatabase(context, await siteOf(context)),
  },
  cleanup: removeProvisioned,
  settle: settleProvisioning,
});
