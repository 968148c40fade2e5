import type { Feature } from '../feature/feature.ts';

export const rolesFeature: Feature = {
  name: 'roles',
  permissions: ['roles'],
  events: ['role.created', 'role.deleted', 'role.updated'],
  nodes: { organization: { Role: 'roles' } },
};
