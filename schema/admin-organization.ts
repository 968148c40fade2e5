import { getOrganization, listOrganizations } from '../src/admin/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Organization } from './organization.ts';

builder.queryFields((t) => ({
  adminOrganizations: t.connection(
    {
      type: Organization,
      authScopes: { admin: true },
      description: 'Every organization of the installation, newest first.',
      args: { search: t.arg.string({ description: 'Part of the name or slug.' }) },
      resolve: async (_root, args, { app }) => connectionOf(await listOrganizations(app, args)),
    },
    { description: 'A page of organizations.' },
    { description: 'One organization of a page.' },
  ),
  adminOrganization: t.field({
    type: Organization,
    authScopes: { admin: true },
    description: 'One organization.',
    args: { id: t.arg.id({ required: true, description: 'The organization.' }) },
    resolve: (_root, { id }, { app }) => getOrganization(app, id),
  }),
}));
