import type { Feature } from '../feature/feature.ts';
import { livingOf } from '../feature/holding.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import * as definitions from './kinds.ts';
import { removeServerJob } from './remove.job.ts';
import { credentialOwner } from './target.ts';
import { validateServerJob } from './validate.job.ts';
import { getServer } from './list.ts';

export const serversFeature: Feature = {
  name: 'servers',
  permissions: ['servers'],
  kinds: { definitions, implementations: [validateServerJob, removeServerJob] },
  sealed: [recordColumn('servers', 'credential_enc', credentialOwner)],
  nodes: {
    organization: {
      Server: { table: 'servers', permission: 'view:servers', get: getServer },
    },
  },
  history: ['server_metrics'],
  living: async (tx, { type, orgId }) => {
    if (type !== 'organization') return [];
    const where = { orgId, status: { not: 'removed' as const } };
    return [
      await livingOf('server', true, {
        count: () => tx.server.count({ where }),
        first: (take) => tx.server.findMany({ where, select: { name: true }, orderBy: { name: 'asc' }, take }),
      }),
    ];
  },
  erase: async (tx, { type, orgId }) => {
    if (type === 'organization') await tx.server.deleteMany({ where: { orgId } });
  },
};
