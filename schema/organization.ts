import { expand } from '../src/access/permissions.ts';
import { builder } from './builder.ts';

export const Organization = builder.prismaObject('Organization', {
  description: 'The tenant: servers, projects and instances belong to exactly one.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its unique short name, as X-Org-Slug has it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.queryFields((t) => ({
  organization: t.prismaField({
    type: Organization, authScopes: { permission: 'view:org' }, description: 'The organization of X-Org-Slug.',
    resolve: (query, _root, _args, { app, access }) => app.db.prisma.organization.findUniqueOrThrow({ ...query, where: { id: access.org?.id ?? '' } }),
  }),
  myPermissions: t.stringList({
    authScopes: { signedIn: true }, description: 'What the caller may do in the organization of X-Org-Slug.',
    resolve: (_root, _args, { access }) => [...expand([...access.permissions])].sort(),
  }),
}));
