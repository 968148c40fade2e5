import {
  attemptsOf,
  type DeliveryRow,
  getWebhookDelivery,
  listWebhookDeliveries,
  messageId,
  replayWebhookDelivery,
  requestBodyOf,
  type ShownAttempt,
} from '../src/webhooks/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';

const WebhookDeliveryStatus = builder.enumType('WebhookDeliveryStatus', {
  description: 'The status of a webhook delivery.',
  values: {
    pending: { description: 'It waits for its first or next attempt.' },
    succeeded: { description: 'The receiver answered with a status from 200 to 299.' },
    failed: { description: 'No more attempts are made. It can be replayed.' },
  } as const,
});

const unseen = 'null if you may not see the event';

const WebhookAttempt = builder.objectRef<ShownAttempt>('WebhookAttempt').implement({
  description: 'One attempt to deliver an event.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When it began.', resolve: ({ at }) => new Date(at) }),
    status: t.exposeInt('status', { nullable: true, description: 'The HTTP status; null without a response.' }),
    responseHeaders: t.field({
      type: 'JSON',
      nullable: true,
      description: `The headers of the response, without cookies, up to 4 KiB; ${unseen}.`,
      resolve: ({ headers, isSeen }) => (isSeen ? headers : null),
    }),
    responseBody: t.string({
      nullable: true,
      description: `The first 4 KiB of the response; ${unseen}.`,
      resolve: ({ body, isSeen }) => (isSeen ? body : null),
    }),
    durationMs: t.exposeInt('durationMs', { description: 'How long it took, in milliseconds.' }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why there was no whole response; null if there was one.',
    }),
  }),
});

const WebhookDelivery = builder.objectRef<DeliveryRow>('WebhookDelivery').implement({
  interfaces: [Node],
  description: 'One event on its way to one webhook endpoint. Deliveries are kept as long as their events, 30 days.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    endpointId: t.exposeID('endpointId', { description: 'The endpoint.' }),
    webhookId: t.string({
      description: 'The header `webhook-id` of its requests. Every attempt has the same one.',
      resolve: ({ id }) => messageId(id),
    }),
    eventId: t.exposeID('eventId', { description: 'The event.' }),
    eventType: t.exposeString('eventType', { description: 'The type of the event.' }),
    status: t.expose('status', { type: WebhookDeliveryStatus, description: 'The status.' }),
    attemptCount: t.exposeInt('attemptCount', { description: 'The number of attempts.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it is tried again; null before the first attempt and after the last. Deliveries of the same resource are sent in order, so it can be later.',
    }),
    requestBody: t.string({
      nullable: true,
      description: `The body of the request, in the current format of the endpoint; ${unseen}.`,
      resolve: (row, _args, context) => requestBodyOf(orgScope(context, 'view:webhooks'), row),
    }),
    attempts: t.field({
      type: [WebhookAttempt],
      description: 'The last 20 attempts, the oldest first.',
      resolve: (row, _args, context) => attemptsOf(orgScope(context, 'view:webhooks'), row),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it succeeded or failed; null before.',
    }),
  }),
});

const idArg = { required: true as const, description: 'The delivery.' };

builder.queryFields((t) => ({
  webhookDelivery: t.field({
    type: WebhookDelivery,
    authScopes: { permission: 'view:webhooks' },
    description: 'One webhook delivery.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getWebhookDelivery(orgScope(context), id),
  }),
  webhookDeliveries: t.connection(
    {
      type: WebhookDelivery,
      authScopes: { permission: 'view:webhooks' },
      description: 'The deliveries to a webhook endpoint, newest first.',
      args: {
        endpointId: t.arg.id({ required: true, description: 'The endpoint.' }),
        status: t.arg({ type: WebhookDeliveryStatus, description: 'Only deliveries with this status.' }),
        eventType: t.arg.string({ description: 'Only deliveries of this type of events.' }),
        startDate: t.arg({ type: 'DateTime', description: 'Only deliveries that were created at this time or later.' }),
        endDate: t.arg({ type: 'DateTime', description: 'Only deliveries that were created before this time.' }),
      },
      resolve: async (_root, { endpointId, ...args }, context) =>
        connectionOf(await listWebhookDeliveries(orgScope(context), endpointId, args)),
    },
    { description: 'A page of webhook deliveries.' },
    { description: 'One webhook delivery of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  replayWebhookDelivery: t.field({
    type: WebhookDelivery,
    authScopes: { permission: 'manage:webhooks' },
    description:
      'Sends a delivery again with the same `webhook-id`, or at once if it waits for its next attempt. It begins the schedule of attempts anew.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => replayWebhookDelivery(context.app, orgScope(context), id),
  }),
}));
