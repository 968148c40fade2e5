import type { Feature } from '../feature/feature.ts';
import { livingOf, type Place, within } from '../feature/holding.ts';
import { recordColumn, recordMap } from '../secrets/sealed-column.ts';
import { configureInstanceJob } from './configure.job.ts';
import * as definitions from './kinds.ts';
import { deleteInstanceJob, restartInstanceJob, startInstanceJob, stopInstanceJob } from './lifecycle.job.ts';
import { leaveInstances } from './left-behind.ts';
import { provisionInstanceJob } from './provision.job.ts';
import { reprovisionInstanceJob } from './reprovision.job.ts';
import { resetAdminPasswordJob } from './reset-password.job.ts';
import { secretOwner } from './sealed.ts';
import { getInstance } from './list.ts';

const inPlace = (place: Place) => ({ ...within(place), ...(place.type === 'server' ? { serverId: place.id } : {}) });

export const instancesFeature: Feature = {
  name: 'instances',
  permissions: ['instances', 'instance_code', 'secrets'],
  kinds: {
    definitions,
    implementations: [
      provisionInstanceJob,
      reprovisionInstanceJob,
      resetAdminPasswordJob,
      configureInstanceJob,
      startInstanceJob,
      stopInstanceJob,
      restartInstanceJob,
      deleteInstanceJob,
    ],
  },
  sealed: [
    recordColumn('instances', 'secrets_enc', (id) => secretOwner(id, 'passwords')),
    recordColumn('instances', 'admin_password_enc', (id) => secretOwner(id, 'admin')),
    recordMap('instances', 'env_vars', [], (id, name) => secretOwner(id, `env:${name}`)),
    // Of ended operations too: they can be run again with the same input.
    recordMap(
      'operations',
      'input',
      ['settings', 'envVars'],
      (id, name) => secretOwner(id, `env:${name}`),
      'resource_id',
    ),
  ],
  nodes: {
    organization: {
      Instance: { table: 'instances', permission: 'view:instances', get: getInstance },
    },
  },
  living: async (tx, place) => {
    const where = { ...inPlace(place), status: { not: 'removed' as const } };
    return [
      await livingOf('instance', true, {
        count: () => tx.instance.count({ where }),
        first: (take) => tx.instance.findMany({ where, select: { name: true }, orderBy: { name: 'asc' }, take }),
      }),
    ];
  },
  leave: leaveInstances,
  // Removed ones: their rows stay for the history until their environment or organization goes.
  erase: async (tx, place) => {
    const where = { ...inPlace(place), status: 'removed' as const };
    // Tenants do not reach the ports; what was removed by itself has given its own back.
    if (place.type === 'organization') {
      const instances = await tx.instance.findMany({ where, select: { id: true } });
      await tx.portAllocation.deleteMany({ where: { instanceId: { in: instances.map(({ id }) => id) } } });
    }
    await tx.instance.deleteMany({ where });
  },
};
