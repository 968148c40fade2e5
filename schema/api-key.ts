import { createApiKey, currentApiKey, getApiKey, type KeyRow, keyStatusOf, listApiKeys, revokeApiKey, rotateApiKey, updateApiKey } from '../src/api-keys/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { type Context, orgScope } from './context.ts';
import { personOf } from './loaders.ts';
import { Node } from './node.ts';
import { Person } from './person.ts';

const ApiKeyStatus = builder.enumType('ApiKeyStatus', { description: 'Where an API key stands.', values: { active: { description: 'It works.' }, expired: { description: 'Its time is over.' }, revoked: { description: 'It was revoked.' } } as const });
const ApiKeyScope = builder.enumType('ApiKeyScope', { description: 'Where an API key counts.', values: { organization: { description: 'Wherever the roles of its maker do.' }, project: { description: 'In single projects only.' } } as const });

const ApiKey = builder.objectRef<KeyRow>('ApiKey').implement({
  interfaces: [Node],
  description: 'A key for programs. It acts for the person who made it: never more than that person may at that moment, and never what only a person may.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    key: t.string({ nullable: true, description: 'The key itself; only in the answer that made or rotated it, null ever after.', resolve: (row) => row.key ?? null }),
    prefix: t.exposeString('prefix', { description: 'How the key begins, to recognise it.' }),
    status: t.field({ type: ApiKeyStatus, description: 'Where it stands.', resolve: keyStatusOf }),
    scope: t.field({ type: ApiKeyScope, description: 'Where it counts.', resolve: (row) => (row.projectLimited ? 'project' : 'organization') }),
    permissions: t.exposeStringList('permissions', { description: 'What it may at most.' }),
    projectIds: t.exposeStringList('projectIds', { description: 'The projects that it is limited to.' }),
    allowedIps: t.exposeStringList('allowedIps', { description: 'Addresses and CIDR ranges from which it works; empty for everywhere.' }),
    createdBy: t.field({ type: Person, nullable: true, description: 'Who made it, and for whom it acts; null without a membership.', resolve: (row, _args, context) => personOf(context, row.userId) }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'Until when it works; null for no end.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'When it was last used, to the minute.' }),
    lastUsedIp: t.exposeString('lastUsedIp', { nullable: true, description: 'From where it was last used.' }),
    overlapEndsAt: t.field({ type: 'DateTime', nullable: true, description: 'Until when the secret before the last rotation works too.', resolve: (row) => row.previousExpiresAt }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was revoked.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A new API key.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What it is for, up to 100 characters.' }),
    permissions: t.stringList({ required: true, description: 'What it may, such as `view:servers`; at most what you hold yourself.' }),
    projectIds: t.idList({ description: 'Limits it to these projects; it can then hold only what lies in projects. Default: no limit.' }),
    allowedIps: t.stringList({ description: 'Addresses and CIDR ranges from which it works, up to 50. Default: everywhere.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'Until when it works. Default: until it is revoked.' }),
  }),
});
const UpdateApiKeyInput = builder.inputType('UpdateApiKeyInput', {
  description: 'What is to change. Absent fields stay as they are.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    permissions: t.stringList({ description: 'All that it may from now on. Only the person who made the key can give it more.' }),
    allowedIps: t.stringList({ description: 'All addresses and ranges from now on; empty for everywhere.' }),
  }),
});
const idArg = { required: true as const, description: 'The key.' };
const mine = 'A person needs no permission for keys of their own, and manage:api_keys for those of others; an API key needs it for all.';
// What the caller reaches is decided by the service: a person's own keys need no permission.
const scopeOf = (context: Context) => orgScope(context, 'view:api_keys');

builder.queryFields((t) => ({
  apiKey: t.field({ type: ApiKey, authScopes: { member: true }, description: 'One API key: one’s own, or any with view:api_keys.', args: { id: t.arg.id(idArg) }, resolve: (_root, { id }, context) => getApiKey(scopeOf(context), id) }),
  currentApiKey: t.field({ type: ApiKey, authScopes: { member: true }, description: 'The API key that this request is made with.', resolve: (_root, _args, context) => currentApiKey(scopeOf(context)) }),
  apiKeys: t.connection({
    type: ApiKey, authScopes: { member: true }, description: 'API keys, newest first: all with view:api_keys, else one’s own.',
    args: { includeRevoked: t.arg.boolean({ defaultValue: false, description: 'Whether revoked ones are listed too.' }) },
    resolve: async (_root, args, context) => connectionOf(await listApiKeys(scopeOf(context), args)),
  }, { description: 'A page of API keys.' }, { description: 'One API key of a page.' }),
}));

builder.mutationFields((t) => ({
  createApiKey: t.field({ type: ApiKey, authScopes: { member: true }, description: `Makes an API key that acts for the caller. It is shown once. ${mine}`, args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The key.' }) }, resolve: (_root, { input }, context) => createApiKey(context.app, scopeOf(context), input) }),
  updateApiKey: t.field({ type: ApiKey, authScopes: { member: true }, description: `Changes an API key. ${mine}`, args: { id: t.arg.id(idArg), input: t.arg({ type: UpdateApiKeyInput, required: true, description: 'The changes.' }) }, resolve: (_root, { id, input }, context) => updateApiKey(context.app, scopeOf(context), id, input) }),
  rotateApiKey: t.field({
    type: ApiKey, authScopes: { member: true },
    description: 'Gives an API key a new secret, shown once; the old one works on for the overlap. Only the person who made the key ' +
      'can do so, in a session or with an API key of theirs that holds manage:api_keys; others can revoke the key.',
    args: { id: t.arg.id(idArg), overlapHours: t.arg.int({ defaultValue: 0, description: 'How long the old secret works on, 0 to 168 hours.' }) },
    resolve: (_root, { id, overlapHours }, context) => rotateApiKey(context.app, scopeOf(context), id, overlapHours ?? 0),
  }),
  revokeApiKey: t.field({ type: ApiKey, authScopes: { member: true }, description: `Ends an API key at once, its open sockets included. ${mine}`, args: { id: t.arg.id(idArg) }, resolve: (_root, { id }, context) => revokeApiKey(context.app, scopeOf(context), id) }),
}));
