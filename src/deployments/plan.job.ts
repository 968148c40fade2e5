import { implementOperation } from '../operations/registry.ts';
import { fetchFirst } from './begun.ts';
import { detect } from './detect.ts';
import { planDeploymentKind } from './kinds.ts';
import { settleDryRun } from './settle.ts';

export const planJob = implementOperation({
  kind: planDeploymentKind,
  steps: {
    fetch: fetchFirst,
    detect,
  },
  settle: settleDryRun,
});
