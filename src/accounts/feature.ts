import type { Feature } from '../feature/feature.ts';

export const accountsFeature: Feature = {
  name: 'accounts',
};
