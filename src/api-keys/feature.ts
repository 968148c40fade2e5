import type { Feature } from '../feature/feature.ts';

export const apiKeysFeature: Feature = {
  name: 'api-keys',
  permissions: ['api_keys'],
  events: ['api_key.created', 'api_key.revoked', 'api_key.rotated', 'api_key.updated'],
  nodes: { organization: { ApiKey: 'api_keys' } },
  eraseAccess: async (tx, orgId) => {
    await tx.apiKey.deleteMany({ where: { orgId } });
  },
};
