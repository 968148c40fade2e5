import type { Feature } from '../feature/feature.ts';
import { livingOf } from '../feature/holding.ts';
import { getProject } from './service.ts';
import { getEnvironment } from './environments.ts';

export const projectsFeature: Feature = {
  name: 'projects',
  permissions: ['projects', 'environments'],
  nodes: {
    organization: {
      Project: { table: 'projects', permission: 'view:projects', get: getProject },
      Environment: { table: 'environments', permission: 'view:environments', get: getEnvironment },
    },
  },
  living: async (tx, { type, orgId }) => {
    if (type !== 'organization') return [];
    return [
      await livingOf('project', false, {
        count: () => tx.project.count({ where: { orgId } }),
        first: (take) =>
          tx.project.findMany({ where: { orgId }, select: { name: true }, orderBy: { name: 'asc' }, take }),
      }),
    ];
  },
  erase: async (tx, { type, orgId }) => {
    if (type !== 'organization') return;
    await tx.environment.deleteMany({ where: { orgId } });
    await tx.project.deleteMany({ where: { orgId } });
  },
};
