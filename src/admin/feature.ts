import type { Feature } from '../feature/feature.ts';

export const adminFeature: Feature = {
  name: 'admin',
  events: [
    'user.created',
    'user.deactivated',
    'user.made_admin',
    'user.reactivated',
    'user.sessions_ended',
    'user.unmade_admin',
  ],
  nodes: { installation: { AdminOrganization: 'organizations', AdminUser: 'users', Operation: 'operations' } },
};
