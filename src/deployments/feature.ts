import type { Feature } from '../feature/feature.ts';
import { within } from '../feature/holding.ts';
import * as definitions from './kinds.ts';
import { deployJob } from './deploy.job.ts';
import { planJob } from './plan.job.ts';
import { rollbackJob } from './rollback.job.ts';
import { getDeployment } from './rows.ts';

export const deploymentsFeature: Feature = {
  name: 'deployments',
  permissions: ['deployments'],
  kinds: { definitions, implementations: [deployJob, planJob, rollbackJob] },
  nodes: {
    organization: {
      Deployment: { table: 'deployments', permission: 'view:deployments', get: getDeployment },
    },
  },
  history: ['deployments'],
  // Their instances are gone by then: what is left is history.
  erase: async (tx, place) => {
    if (place.type === 'project') await tx.deployment.deleteMany({ where: within(place) });
  },
};
