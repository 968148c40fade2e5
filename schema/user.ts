import { requirePerson } from '../src/access/access.ts';
import { builder } from './builder.ts';
import { Organization } from './organization.ts';

export const User = builder.prismaObject('User', {
  description: 'A person with an account.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    email: t.exposeString('email', { description: 'The e-mail address, in lower case; it is the login.' }),
    name: t.exposeString('name', { description: 'The name that others see.' }),
    isAdmin: t.exposeBoolean('isAdmin', { description: 'Whether the user administers this installation. The first user does.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the account was made.' }),
  }),
});

builder.queryFields((t) => ({
  me: t.prismaField({
    type: User, authScopes: { person: true }, description: 'Who is signed in.',
    resolve: (query, _root, _args, { app, access }) => app.db.prisma.user.findUniqueOrThrow({ ...query, where: { id: requirePerson(access).userId } }),
  }),
  myOrganizations: t.prismaField({
    type: [Organization], authScopes: { person: true }, description: 'The organizations that the signed-in user belongs to.',
    resolve: (query, _root, _args, { app, access }) => app.db.prisma.organization.findMany({ ...query, where: { memberships: { some: { userId: requirePerson(access).userId } } }, orderBy: { id: 'asc' } }),
  }),
}));
