import type { Feature } from '../feature/feature.ts';
import { getApiKey } from './rows.ts';

export const apiKeysFeature: Feature = {
  name: 'api-keys',
  permissions: ['api_keys'],
  events: ['api_key.created', 'api_key.revoked', 'api_key.rotated', 'api_key.updated'],
  nodes: {
    organization: {
      ApiKey: { table: 'api_keys', permission: 'view:api_keys', ownRows: true, get: getApiKey },
    },
  },
  eraseAccess: async (tx, orgId) => {
    await tx.apiKey.deleteMany({ where: { orgId } });
  },
};
