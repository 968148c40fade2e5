import type { Feature } from '../feature/feature.ts';
import { getApiKey } from './rows.ts';

export const apiKeysFeature: Feature = {
  name: 'api-keys',
  permissions: ['api_keys'],
  nodes: {
    organization: {
      ApiKey: { table: 'api_keys', permission: 'view:api_keys', ownRows: true, get: getApiKey },
    },
  },
  eraseAccess: async (tx, orgId) => {
    await tx.apiKey.deleteMany({ where: { orgId } });
  },
};
