import {
  createApiKey,
  currentApiKey,
  getApiKey,
  type KeyRow,
  keyStatusOf,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
  updateApiKey,
} from '../src/api-keys/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { type Context, orgScope } from './context.ts';
import { personOf } from './loaders.ts';
import { Node } from './node.ts';
import { Organization } from './organization.ts';
import { User } from './user.ts';

const ApiKeyStatus = builder.enumType('ApiKeyStatus', {
  description: 'The status of an API key.',
  values: {
    active: { description: 'It is accepted.' },
    expired: { description: 'It has expired.' },
    revoked: { description: 'It was revoked.' },
  } as const,
});
const ApiKeyScope = builder.enumType('ApiKeyScope', {
  description: 'Where an API key applies.',
  values: {
    organization: { description: 'Everywhere that the roles of its creator apply.' },
    project: { description: 'Only in the selected projects.' },
  } as const,
});

export const ApiKey = builder.objectRef<KeyRow>('ApiKey').implement({
  interfaces: [Node],
  description:
    'A key for programs. It acts for its creator: its permissions never exceed those that the creator has at that moment, and exclude actions that only a person may take.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'The description.' }),
    key: t.string({
      nullable: true,
      description: 'The key itself. Only the response that creates or rotates it has it; null otherwise.',
      resolve: (row) => row.key ?? null,
    }),
    prefix: t.exposeString('prefix', { description: 'The first characters of the key, to recognise it.' }),
    status: t.field({ type: ApiKeyStatus, description: 'The status.', resolve: keyStatusOf }),
    scope: t.field({
      type: ApiKeyScope,
      description: 'Where the key applies.',
      resolve: (row) => (row.projectLimited ? 'project' : 'organization'),
    }),
    permissions: t.exposeStringList('permissions', { description: 'The permissions of the key.' }),
    projectIds: t.exposeStringList('projectIds', { description: 'The projects that it is limited to.' }),
    allowedIps: t.exposeStringList('allowedIps', {
      description: 'IP addresses and CIDR ranges from which the key is accepted; empty for any.',
    }),
    createdBy: t.field({
      type: User,
      nullable: true,
      description: 'The creator, for whom the key acts; null after the creator has left the organization.',
      resolve: (row, _args, context) => row.user ?? personOf(context, row.userId),
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The organization, in what administrators of this installation are given; null for everyone else.',
      resolve: (row) => row.org ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it expires; null for never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute.',
    }),
    lastUsedIp: t.exposeString('lastUsedIp', { nullable: true, description: 'The IP address that last used it.' }),
    overlapEndsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret from before the last rotation is still accepted.',
      resolve: (row) => row.previousExpiresAt,
    }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was revoked.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A new API key.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name, up to 100 characters.' }),
    permissions: t.stringList({
      required: true,
      description: 'The permissions, such as `view:servers`. They must not exceed your own.',
    }),
    projectIds: t.idList({
      description:
        'Limits the key to these projects; only permissions that apply within projects are then allowed. Default: no limit.',
    }),
    allowedIps: t.stringList({
      description: 'IP addresses and CIDR ranges from which the key is accepted, up to 50. Default: any.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it expires. Default: never.' }),
  }),
});
const UpdateApiKeyInput = builder.inputType('UpdateApiKeyInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    permissions: t.stringList({
      description: 'All permissions; they replace the existing ones. Only the creator of the key can add permissions.',
    }),
    allowedIps: t.stringList({
      description: 'All IP addresses and CIDR ranges; they replace the existing ones. Empty for any.',
    }),
  }),
});
const idArg = { required: true as const, description: 'The key.' };
const mine =
  'Users need no permission for their own keys, and manage:api_keys for the keys of others. An API key always needs manage:api_keys.';
// What the caller reaches is decided by the service: a person's own keys need no permission.
const scopeOf = (context: Context) => orgScope(context, 'view:api_keys');

builder.queryFields((t) => ({
  apiKey: t.field({
    type: ApiKey,
    authScopes: { member: true },
    description: 'One API key: your own, or any key with the permission view:api_keys.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getApiKey(scopeOf(context), id),
  }),
  currentApiKey: t.field({
    type: ApiKey,
    authScopes: { member: true },
    description: 'The API key that authenticates this request.',
    resolve: (_root, _args, context) => currentApiKey(scopeOf(context)),
  }),
  apiKeys: t.connection(
    {
      type: ApiKey,
      authScopes: { member: true },
      description: 'API keys, newest first: all keys with the permission view:api_keys, otherwise your own.',
      args: { includeRevoked: t.arg.boolean({ defaultValue: false, description: 'Whether to include revoked keys.' }) },
      resolve: async (_root, args, context) => connectionOf(await listApiKeys(scopeOf(context), args)),
    },
    { description: 'A page of API keys.' },
    { description: 'One API key of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: ApiKey,
    authScopes: { member: true, oneself: true },
    description: `Creates an API key that acts for the caller. The key is shown once. ${mine}`,
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The key.' }) },
    resolve: (_root, { input }, context) => createApiKey(context.app, scopeOf(context), input),
  }),
  updateApiKey: t.field({
    type: ApiKey,
    authScopes: { member: true, oneself: true },
    description: `Changes an API key. ${mine}`,
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateApiKeyInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateApiKey(context.app, scopeOf(context), id, input),
  }),
  rotateApiKey: t.field({
    type: ApiKey,
    authScopes: { member: true, oneself: true },
    description:
      'Rotates an API key. Its new secret is shown once. The old secret stays valid during the overlap. Only the creator of the key ' +
      'can rotate it, in a session or with another API key of the same user that has manage:api_keys. Others can only revoke it.',
    args: {
      id: t.arg.id(idArg),
      overlapHours: t.arg.int({ defaultValue: 0, description: 'How long the old secret stays valid, 0 to 168 hours.' }),
    },
    resolve: (_root, { id, overlapHours }, context) =>
      rotateApiKey(context.app, scopeOf(context), id, overlapHours ?? 0),
  }),
  revokeApiKey: t.field({
    type: ApiKey,
    authScopes: { member: true, oneself: true },
    description: `Revokes an API key at once and closes its open sockets. ${mine}`,
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => revokeApiKey(context.app, scopeOf(context), id),
  }),
}));
