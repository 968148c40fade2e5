import type { Feature } from '../feature/feature.ts';

export const accountsFeature: Feature = {
  name: 'accounts',
  events: ['auth.account_deleted', 'auth.account_linked', 'auth.account_unlinked', 'auth.signup', 'member.left'],
};
