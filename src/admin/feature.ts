import type { Feature } from '../feature/feature.ts';
import { getJob } from './jobs.ts';
import { getOrganization } from './organizations.ts';
import { getUser } from './users.ts';

export const adminFeature: Feature = {
  name: 'admin',
  nodes: {
    installation: {
      Organization: { table: 'organizations', get: getOrganization },
      User: { table: 'users', get: getUser },
      Operation: { table: 'operations', get: getJob },
    },
  },
};
