import type { Feature } from '../feature/feature.ts';
import { getRole } from './service.ts';

export const rolesFeature: Feature = {
  name: 'roles',
  permissions: ['roles'],
  events: ['role.created', 'role.deleted', 'role.updated'],
  nodes: {
    organization: {
      Role: { table: 'roles', permission: 'view:roles', get: getRole },
    },
  },
};
