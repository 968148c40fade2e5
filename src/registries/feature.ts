import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { getRegistry, passwordOwner } from './service.ts';

export const registriesFeature: Feature = {
  name: 'registries',
  permissions: ['registries'],
  sealed: [recordColumn('registries', 'password_enc', passwordOwner)],
  nodes: {
    organization: {
      Registry: { table: 'registries', permission: 'view:registries', get: getRegistry },
    },
  },
  erase: async (tx, { type, orgId }) => {
    if (type === 'organization') await tx.registry.deleteMany({ where: { orgId } });
  },
};
