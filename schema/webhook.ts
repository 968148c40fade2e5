import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  type EndpointRow,
  getWebhookEndpoint,
  listWebhookEndpoints,
  replayFailedWebhookDeliveries,
  rotateWebhookSecret,
  testWebhookEndpoint,
  updateWebhookEndpoint,
  urlShown,
} from '../src/webhooks/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { personOf } from './loaders.ts';
import { Node } from './node.ts';
import { User } from './user.ts';

const WebhookFormat = builder.enumType('WebhookFormat', {
  description: 'What a webhook endpoint is sent.',
  values: {
    raw: { description: 'The event as JSON, for programs.' },
    slack: { description: 'A message for an incoming webhook of Slack.' },
    discord: { description: 'A message for a webhook of Discord.' },
    teams: { description: 'An Adaptive Card for a workflow of Microsoft Teams.' },
  } as const,
});

const WebhookEndpoint = builder.objectRef<EndpointRow>('WebhookEndpoint').implement({
  interfaces: [Node],
  description: 'A URL to which oCore sends events of the organization, as Standard Webhooks describes.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    url: t.string({
      description:
        'The URL. Without the permission manage:webhooks only its host is shown, because its path can be a secret.',
      resolve: (row, _args, context) => urlShown(orgScope(context, 'view:webhooks'), row),
    }),
    description: t.exposeString('description', { description: 'The description.' }),
    events: t.exposeStringList('events', {
      description: 'The types of events that are sent. `server.*` means all events of servers, `*` all events.',
    }),
    permissions: t.exposeStringList('permissions', {
      description: 'The permissions of whoever chose the events: only events that these show are sent.',
    }),
    projectIds: t.exposeStringList('projectIds', {
      description: 'Only events of these projects are sent; empty for all events.',
    }),
    format: t.expose('format', { type: WebhookFormat, description: 'What is sent.' }),
    active: t.exposeBoolean('active', { description: 'Whether events are sent.' }),
    disabledReason: t.exposeString('disabledReason', {
      nullable: true,
      description:
        'Why oCore disabled it: `gone` if it answered 410, `failing` after five days of nothing but failures; null otherwise.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when nothing but failures came; null after a success.',
    }),
    secret: t.boolean({
      description: 'Whether it has a secret; every endpoint has one.',
      resolve: () => true,
    }),
    signingSecret: t.string({
      nullable: true,
      description: 'The secret. Only the response that creates or rotates it has it; null otherwise.',
      resolve: (row) => row.signingSecret ?? null,
    }),
    publicKey: t.exposeString('publicKey', {
      nullable: true,
      description: 'The ed25519 key with which `v1a` signatures are verified; null without asymmetric signatures.',
    }),
    previousSecretExpiresAt: t.expose('previousExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret from before the last rotation also signs; null before the first rotation.',
    }),
    createdBy: t.field({
      type: User,
      nullable: true,
      description: 'The creator; null after they have left the organization. The endpoint stays.',
      resolve: (row, _args, context) => personOf(context, row.createdBy),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const WebhookReplay = builder.objectRef<{ endpoint: EndpointRow; deliveries: number }>('WebhookReplay').implement({
  description: 'Failed deliveries that are sent again.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The endpoint.' }),
    deliveries: t.exposeInt('deliveries', { description: 'The number of deliveries.' }),
  }),
});

const CreateWebhookEndpointInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'A new webhook endpoint.',
  fields: (t) => ({
    url: t.string({ required: true, description: 'The https:// URL. It must lead to a public address.' }),
    events: t.stringList({
      required: true,
      description:
        'The types of events, such as `instance.started`. `server.*` means all events of servers, `*` all events. You must see events that you name; of a wildcard, those that you see are sent.',
    }),
    description: t.string({ description: 'A description, up to 500 characters.' }),
    projectIds: t.idList({ description: 'Only events of these projects. Default: all events.' }),
    format: t.field({ type: WebhookFormat, description: 'What is sent. Default: raw.' }),
    active: t.boolean({ description: 'Whether events are sent. Default: true.' }),
    secret: t.string({
      description: 'A secret of your own: `whsec_` and the base64 of 24 to 64 bytes. Default: a new one.',
    }),
    asymmetric: t.boolean({ description: 'Whether to sign with an ed25519 key as well. Default: false.' }),
  }),
});
const UpdateWebhookEndpointInput = builder.inputType('UpdateWebhookEndpointInput', {
  description: 'The changes. Absent fields keep their value. You must see the events that the endpoint is sent.',
  fields: (t) => ({
    url: t.string({ description: 'A new URL.' }),
    events: t.stringList({ description: 'All types of events; they replace the existing ones.' }),
    description: t.string({ description: 'A new description.' }),
    projectIds: t.idList({ description: 'All projects; they replace the existing ones. Empty for all events.' }),
    format: t.field({ type: WebhookFormat, description: 'What is sent.' }),
    active: t.boolean({ description: 'Whether events are sent. What waits for an inactive endpoint fails.' }),
  }),
});
const RotateWebhookSecretInput = builder.inputType('RotateWebhookSecretInput', {
  description: 'How the keys are rotated.',
  fields: (t) => ({
    secret: t.string({
      description: 'A secret of your own: `whsec_` and the base64 of 24 to 64 bytes. Default: a new one.',
    }),
    asymmetric: t.boolean({ description: 'Whether to sign with an ed25519 key as well. Default: as before.' }),
  }),
});
const ReplayFailedWebhookDeliveriesInput = builder.inputType('ReplayFailedWebhookDeliveriesInput', {
  description: 'Which failed deliveries are sent again.',
  fields: (t) => ({
    since: t.field({ type: 'DateTime', required: true, description: 'Those that were created at this time or later.' }),
  }),
});
const idArg = { required: true as const, description: 'The endpoint.' };

builder.queryFields((t) => ({
  webhookEndpoint: t.field({
    type: WebhookEndpoint,
    authScopes: { permission: 'view:webhooks' },
    description: 'One webhook endpoint.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getWebhookEndpoint(orgScope(context), id),
  }),
  webhookEndpoints: t.connection(
    {
      type: WebhookEndpoint,
      authScopes: { permission: 'view:webhooks' },
      description: 'The webhook endpoints, newest first.',
      resolve: async (_root, args, context) => connectionOf(await listWebhookEndpoints(orgScope(context), args)),
    },
    { description: 'A page of webhook endpoints.' },
    { description: 'One webhook endpoint of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createWebhookEndpoint: t.field({
    type: WebhookEndpoint,
    authScopes: { permission: 'manage:webhooks' },
    description: 'Creates a webhook endpoint and sends it a test event. Its secret is shown once.',
    args: { input: t.arg({ type: CreateWebhookEndpointInput, required: true, description: 'The endpoint.' }) },
    resolve: (_root, { input }, context) => createWebhookEndpoint(context.app, orgScope(context), input),
  }),
  updateWebhookEndpoint: t.field({
    type: WebhookEndpoint,
    authScopes: { permission: 'manage:webhooks' },
    description: 'Changes a webhook endpoint.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateWebhookEndpointInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateWebhookEndpoint(context.app, orgScope(context), id, input),
  }),
  deleteWebhookEndpoint: t.field({
    type: WebhookEndpoint,
    authScopes: { permission: 'manage:webhooks' },
    description: 'Deletes a webhook endpoint with its deliveries. Nothing more is sent to it.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteWebhookEndpoint(context.app, orgScope(context), id),
  }),
  rotateWebhookSecret: t.field({
    type: WebhookEndpoint,
    authScopes: { permission: 'manage:webhooks' },
    description:
      'Gives a webhook endpoint a new secret, which is shown once. For 24 hours the previous one signs as well.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: RotateWebhookSecretInput, required: true, description: 'How.' }),
    },
    resolve: (_root, { id, input }, context) => rotateWebhookSecret(context.app, orgScope(context), id, input),
  }),
  testWebhookEndpoint: t.field({
    type: WebhookEndpoint,
    authScopes: { permission: 'manage:webhooks' },
    description: 'Sends a webhook endpoint the event `webhook_endpoint.tested`, whatever it asks for.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => testWebhookEndpoint(context.app, orgScope(context), id),
  }),
  replayFailedWebhookDeliveries: t.field({
    type: WebhookReplay,
    authScopes: { permission: 'manage:webhooks' },
    description: 'Sends all deliveries again that failed in the end, in their order and with the same `webhook-id`.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: ReplayFailedWebhookDeliveriesInput, required: true, description: 'Which.' }),
    },
    resolve: (_root, { id, input }, context) =>
      replayFailedWebhookDeliveries(context.app, orgScope(context), id, input),
  }),
}));
