import { z } from 'zod';
import { createWebhookEndpointInput, replayFailedWebhookDeliveriesInput, rotateWebhookSecretInput, updateWebhookEndpointInput } from '../src/webhooks/index.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import type { Route } from './route.ts';

const endpoint = 'id url description events permissions projectIds format active disabledReason failingSince secret publicKey previousSecretExpiresAt createdBy { id name email } createdAt updatedAt';
const attempt = 'at status responseHeaders responseBody durationMs error';
const delivery = `id endpointId webhookId eventId eventType status attemptCount nextAttemptAt requestBody attempts { ${attempt} } createdAt finishedAt`;
const category = 'Webhooks';
const readings = ['failingSince', 'active', 'disabledReason'];
const update = `mutation ($id: ID!, $input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(id: $id, input: $input) { ${endpoint} } }`;

const routes: readonly Route[] = [
  { method: 'get', path: '/webhook-endpoints', category, summary: 'List webhook endpoints', document: `query ($first: Int, $after: String) { webhookEndpoints(first: $first, after: $after) { nodes { ${endpoint} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/webhook-endpoints', category, summary: 'Create a webhook endpoint', document: `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { signingSecret ${endpoint} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/webhook-endpoints/{id}', category, summary: 'Get a webhook endpoint', document: `query ($id: ID!) { webhookEndpoint(id: $id) { ${endpoint} } }`, answer: { as: 'object' }, readings },
  { method: 'put', path: '/webhook-endpoints/{id}', category, summary: 'Update a webhook endpoint', document: update, answer: { as: 'object' } },
  { method: 'patch', path: '/webhook-endpoints/{id}', category, summary: 'Update a webhook endpoint', document: update, answer: { as: 'object' } },
  { method: 'delete', path: '/webhook-endpoints/{id}', category, summary: 'Delete a webhook endpoint', document: 'mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) { id } }', answer: { as: 'message', message: 'Webhook endpoint deleted' } },
  { method: 'post', path: '/webhook-endpoints/{id}/rotate-secret', category, summary: 'Rotate the secret of a webhook endpoint', document: `mutation ($id: ID!, $input: RotateWebhookSecretInput!) { rotateWebhookSecret(id: $id, input: $input) { signingSecret ${endpoint} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/webhook-endpoints/{id}/test', category, summary: 'Send a test event', document: 'mutation ($id: ID!) { testWebhookEndpoint(id: $id) { id } }', answer: { as: 'message', message: 'The test event is on its way' } },
  { method: 'post', path: '/webhook-endpoints/{id}/replay', category, summary: 'Replay failed deliveries', document: 'mutation ($id: ID!, $input: ReplayFailedWebhookDeliveriesInput!) { replayFailedWebhookDeliveries(id: $id, input: $input) { deliveries } }', answer: { as: 'object' } },
  {
    method: 'get',
    path: '/webhook-endpoints/{id}/deliveries',
    category,
    summary: 'List webhook deliveries',
    document: `query ($id: ID!, $first: Int, $after: String, $status: WebhookDeliveryStatus, $eventType: String, $startDate: DateTime, $endDate: DateTime) { webhookDeliveries(endpointId: $id, first: $first, after: $after, status: $status, eventType: $eventType, startDate: $startDate, endDate: $endDate) { nodes { ${delivery} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'get', path: '/webhook-deliveries/{id}', category, summary: 'Get a webhook delivery', document: `query ($id: ID!) { webhookDelivery(id: $id) { ${delivery} } }`, answer: { as: 'object' }, readings: ['status', 'attemptCount', 'nextAttemptAt', 'attempts', 'finishedAt'] },
  { method: 'post', path: '/webhook-deliveries/{id}/replay', category, summary: 'Replay a webhook delivery', document: 'mutation ($id: ID!) { replayWebhookDelivery(id: $id) { id } }', answer: { as: 'message', message: 'The delivery is sent again' } },
];

const id = '0197a1f4-5d20-7b61-8c42-1f9e3a7b5d64';
const deliveryId = '0197a1f4-6e31-7c72-9d53-2a0f4b8c6e75';
const event = '6f1c2c1e-8d0b-4a57-9b0e-3c5d7e9f1a2b';
const examples: Examples = {
  '/webhook-endpoints/{id}': id,
  '/webhook-deliveries/{id}': deliveryId,
  'WebhookEndpoint.id': id,
  'WebhookEndpoint.url': 'https://hooks.example.com/ocore',
  'WebhookEndpoint.description': 'The chat of the operators',
  'WebhookEndpoint.events': ['webhook_endpoint.*'],
  'WebhookEndpoint.permissions': ['view:webhooks'],
  'WebhookEndpoint.projectIds': [],
  'WebhookEndpoint.format': 'raw',
  'WebhookEndpoint.active': true,
  'WebhookEndpoint.disabledReason': null,
  failingSince: null,
  'WebhookEndpoint.secret': true,
  signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0Vn4Qk5XbJc=',
  'WebhookEndpoint.publicKey': null,
  previousSecretExpiresAt: null,
  'rotateWebhookSecret.previousSecretExpiresAt': '2026-11-25T09:30:00.000Z',
  'CreateWebhookEndpointInput.projectIds': null,
  'CreateWebhookEndpointInput.secret': null,
  'CreateWebhookEndpointInput.asymmetric': null,
  'UpdateWebhookEndpointInput.projectIds': null,
  'RotateWebhookSecretInput.secret': null,
  'RotateWebhookSecretInput.asymmetric': false,
  'ReplayFailedWebhookDeliveriesInput.since': '2026-11-24T09:00:00.000Z',
  'WebhookReplay.deliveries': 0,
  'WebhookDelivery.id': deliveryId,
  endpointId: id,
  webhookId: `msg_${deliveryId}`,
  eventId: event,
  eventType: 'webhook_endpoint.tested',
  'WebhookDelivery.status': 'succeeded',
  attemptCount: 1,
  nextAttemptAt: null,
  requestBody: '{"type":"webhook_endpoint.tested","timestamp":"2026-11-24T09:30:00.000Z","data":{}}',
  'WebhookAttempt.at': '2026-11-24T09:30:00.000Z',
  'WebhookAttempt.status': 200,
  responseHeaders: { 'content-type': 'text/plain' },
  responseBody: 'ok',
  durationMs: 84,
  'WebhookAttempt.error': null,
};

const parsers: Parsers = {
  CreateWebhookEndpointInput: createWebhookEndpointInput,
  UpdateWebhookEndpointInput: updateWebhookEndpointInput,
  RotateWebhookSecretInput: rotateWebhookSecretInput,
  ReplayFailedWebhookDeliveriesInput: replayFailedWebhookDeliveriesInput,
  webhookDeliveries: z.object({ eventType: filter }),
};

export default { routes, examples, parsers } satisfies Category;
