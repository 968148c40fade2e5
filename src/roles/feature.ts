import type { Feature } from '../feature/feature.ts';

export const rolesFeature: Feature = {
  name: 'roles',
  nodes: { organization: { Role: 'roles' } },
};
