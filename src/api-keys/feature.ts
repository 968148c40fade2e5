import type { Feature } from '../feature/feature.ts';

export const apiKeysFeature: Feature = {
  name: 'api-keys',
  nodes: { organization: { ApiKey: 'api_keys' } },
  eraseAccess: async (tx, orgId) => {
    await tx.apiKey.deleteMany({ where: { orgId } });
  },
};
