import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { getWebhookDelivery } from './deliveries.ts';
import { keysOwner, previousKeysOwner } from './keys.ts';
import { getWebhookEndpoint } from './rows.ts';

export const webhooksFeature: Feature = {
  name: 'webhooks',
  permissions: ['webhooks'],
  sealed: [
    recordColumn('webhook_endpoints', 'keys_enc', keysOwner),
    recordColumn('webhook_endpoints', 'previous_keys_enc', previousKeysOwner),
  ],
  nodes: {
    organization: {
      WebhookEndpoint: { table: 'webhook_endpoints', permission: 'view:webhooks', get: getWebhookEndpoint },
      WebhookDelivery: { table: 'webhook_deliveries', permission: 'view:webhooks', get: getWebhookDelivery },
    },
  },
  history: ['webhook_deliveries'],
  erase: async (tx, { type, orgId }) => {
    if (type === 'organization') await tx.webhookEndpoint.deleteMany({ where: { orgId } });
  },
};
