import type { Feature } from '../feature/feature.ts';
import { getRole } from './service.ts';

export const rolesFeature: Feature = {
  name: 'roles',
  permissions: ['roles'],
  nodes: {
    organization: {
      Role: { table: 'roles', permission: 'view:roles', get: getRole },
    },
  },
};
