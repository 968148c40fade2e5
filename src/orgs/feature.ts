import type { Feature } from '../feature/feature.ts';
import { deleteOrganizationJob } from './delete.job.ts';
import * as definitions from './kinds.ts';

export const organizationsFeature: Feature = {
  name: 'organizations',
  permissions: ['org'],
  kinds: { definitions, implementations: [deleteOrganizationJob] },
};
