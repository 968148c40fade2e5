import { listApiKeysOfAll, revokeAnyApiKey } from '../src/admin/index.ts';
import { administrator } from './admin-user.ts';
import { ApiKey } from './api-key.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';

builder.queryFields((t) => ({
  adminApiKeys: t.connection(
    {
      type: ApiKey,
      authScopes: { admin: true },
      description: 'The API keys of all organizations, newest first.',
      args: {
        search: t.arg.string({
          description: 'Part of its name or prefix, of the name or e-mail address of its user, or of its organization.',
        }),
        includeRevoked: t.arg.boolean({ description: 'Also revoked keys. Default: false.' }),
      },
      resolve: async (_root, args, { app }) => connectionOf(await listApiKeysOfAll(app, args)),
    },
    { description: 'A page of API keys.' },
    { description: 'One API key of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  adminRevokeApiKey: t.field({
    type: ApiKey,
    authScopes: { admin: true },
    description: 'Revokes an API key of any organization at once.',
    args: { id: t.arg.id({ required: true, description: 'The API key.' }) },
    resolve: (_root, { id }, context) => revokeAnyApiKey(context.app, administrator(context), id),
  }),
}));
