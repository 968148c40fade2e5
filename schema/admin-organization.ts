import { type CountedOrganization, getOrganization, listOrganizations } from '../src/admin/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Node } from './node.ts';

const AdminOrganization = builder.objectRef<CountedOrganization>('AdminOrganization').implement({
  interfaces: [Node],
  description: 'An organization as the administrator of the installation sees it: counts, without contents.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its unique short name.' }),
    status: t.exposeString('status', { description: 'active, or removing during deletion.' }),
    memberCount: t.exposeInt('members', { description: 'Its members.' }),
    serverCount: t.exposeInt('servers', { description: 'Its servers.' }),
    instanceCount: t.exposeInt('instances', { description: 'Its instances.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

builder.queryFields((t) => ({
  adminOrganizations: t.connection(
    {
      type: AdminOrganization,
      authScopes: { admin: true },
      description: 'Every organization of the installation, newest first.',
      args: { search: t.arg.string({ description: 'Part of the name or slug.' }) },
      resolve: async (_root, args, { app }) => connectionOf(await listOrganizations(app, args)),
    },
    { description: 'A page of organizations.' },
    { description: 'One organization of a page.' },
  ),
  adminOrganization: t.field({
    type: AdminOrganization,
    authScopes: { admin: true },
    description: 'One organization.',
    args: { id: t.arg.id({ required: true, description: 'The organization.' }) },
    resolve: (_root, { id }, { app }) => getOrganization(app, id),
  }),
}));
