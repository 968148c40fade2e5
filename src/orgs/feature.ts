import type { Feature } from '../feature/feature.ts';
import { deleteOrganizationJob } from './delete.job.ts';
import * as definitions from './kinds.ts';

export const organizationsFeature: Feature = {
  name: 'organizations',
  permissions: ['org'],
  events: [
    'org.created',
    'org.delete_failed',
    'org.deleted',
    'org.deletion_requested',
    'org.ownership_transferred',
    'org.settings_updated',
    'org.updated',
  ],
  kinds: { definitions, implementations: [deleteOrganizationJob] },
};
