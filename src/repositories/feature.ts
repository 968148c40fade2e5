import type { Feature } from '../feature/feature.ts';
import { livingOf } from '../feature/holding.ts';
import * as definitions from './kinds.ts';
import { getBranchMapping } from './mappings.ts';
import { getRef } from './refs.ts';
import { getRepository } from './rows.ts';
import { sealedColumns } from './sealed.ts';
import { syncRepositoryJob } from './sync.job.ts';
import { validateRepositoryJob } from './validate.job.ts';

const permission = 'view:repositories';

export const repositoriesFeature: Feature = {
  name: 'repositories',
  permissions: ['repositories'],
  kinds: { definitions, implementations: [validateRepositoryJob, syncRepositoryJob] },
  sealed: sealedColumns,
  nodes: {
    organization: {
      Repository: { table: 'repositories', permission, get: getRepository },
      RepositoryRef: { table: 'repository_refs', permission, get: getRef },
      BranchMapping: { table: 'branch_mappings', permission, get: getBranchMapping },
    },
  },
  history: ['repository_refs', 'push_deliveries', 'pending_pushes'],
  // Its keys are in use on another host: it does not go with its project without a word.
  living: async (tx, { type, orgId, id }) => {
    if (type !== 'project') return [];
    const where = { orgId, projectId: id };
    return [
      await livingOf('repository', false, {
        count: () => tx.repository.count({ where }),
        first: (take) => tx.repository.findMany({ where, select: { name: true }, orderBy: { position: 'asc' }, take }),
      }),
    ];
  },
  erase: async (tx, { type, orgId, id }) => {
    if (type === 'environment') await tx.branchMapping.deleteMany({ where: { orgId, environmentId: id } });
    if (type === 'project') await tx.branchMapping.deleteMany({ where: { orgId, projectId: id } });
    if (type !== 'organization') return;
    await tx.branchMapping.deleteMany({ where: { orgId } });
    await tx.repository.deleteMany({ where: { orgId } });
  },
};
