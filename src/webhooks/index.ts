export { formats as webhookFormats } from './body.ts';
export { deleteWebhookEndpoint, updateWebhookEndpoint } from './change.ts';
export { createWebhookEndpoint } from './create.ts';
export {
  attemptsOf,
  type DeliveryFilter,
  type DeliveryRow,
  type DeliveryStatus,
  getWebhookDelivery,
  listWebhookDeliveries,
  messageId,
  requestBodyOf,
  type ShownAttempt,
} from './deliveries.ts';
export { webhooksFeature } from './feature.ts';
export {
  createInput as createWebhookEndpointInput,
  replayInput as replayFailedWebhookDeliveriesInput,
  rotateInput as rotateWebhookSecretInput,
  updateInput as updateWebhookEndpointInput,
} from './fields.ts';
export { replayFailedWebhookDeliveries, replayWebhookDelivery } from './replay.ts';
export { rotateWebhookSecret } from './rotate.ts';
export { type EndpointRow, getWebhookEndpoint, listWebhookEndpoints, urlShown } from './rows.ts';
export { startWebhooks } from './start.ts';
export { testWebhookEndpoint } from './test-event.ts';
