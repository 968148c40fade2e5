import type { Feature } from '../feature/feature.ts';

export const adminFeature: Feature = {
  name: 'admin',
  nodes: { installation: { AdminOrganization: 'organizations', AdminUser: 'users', Operation: 'operations' } },
};
