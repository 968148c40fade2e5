import type { Operation as OperationRow, Organization as OrganizationRow } from '../prisma/generated/client/client.ts';
import { expand } from '../src/access/permissions.ts';
import {
  deleteOrganization,
  foundOrganization,
  getOrganization,
  listMyOrganizations,
  transferOwnership,
  updateOrganization,
  updateSettings,
} from '../src/orgs/index.ts';
import { type OrganizationUse, organizationUse } from '../src/admin/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { type Context, orgScope } from './context.ts';
import { loaderFor, myRoleIn } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { Role } from './role.ts';

const OrganizationStatus = builder.enumType('OrganizationStatus', {
  description: 'The status of an organization.',
  values: {
    active: { description: 'In use.' },
    removing: { description: 'Being deleted. It is read-only.' },
    deactivated: {
      description: 'Deactivated by the administrator of the installation. It is read-only; what runs goes on.',
    },
  } as const,
});

const forAdmin = 'Null for everyone but administrators of this installation.';
const uses = loaderFor(({ app }, ids) => organizationUse(app, ids));

async function useOf(context: Context, id: string): Promise<OrganizationUse | null> {
  return context.access.isAdmin ? uses(context).load(id) : null;
}

const asDefault = 'null for as many as the installation allows by default.';
const OrganizationQuotas = builder.objectRef<OrganizationRow>('OrganizationQuotas').implement({
  description: 'How much an organization may hold. Creating more is refused with `quota_exceeded`.',
  fields: (t) => ({
    maxServers: t.exposeInt('maxServers', { nullable: true, description: `Servers; ${asDefault}` }),
    maxInstances: t.exposeInt('maxInstances', { nullable: true, description: `Instances; ${asDefault}` }),
    maxMembers: t.exposeInt('maxMembers', { nullable: true, description: `Members; ${asDefault}` }),
    maxProjects: t.exposeInt('maxProjects', { nullable: true, description: `Projects; ${asDefault}` }),
  }),
});

export const Organization = builder.prismaObject('Organization', {
  interfaces: [Node],
  description: 'The tenant. Every server, project and instance belongs to exactly one organization.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'The unique short name, as used in X-Org-Slug.' }),
    logoUrl: t.exposeString('logoUrl', { nullable: true, description: 'Its picture.' }),
    status: t.expose('status', { type: OrganizationStatus, description: 'The status.' }),
    myRole: t.field({
      type: Role,
      nullable: true,
      description:
        'The caller’s role in the whole organization; null for a member with roles in single projects only, with an API key, and in the response to a sign-in.',
      resolve: (row, _args, context) => myRoleIn(context, row.id),
    }),
    memberCount: t.int({
      nullable: true,
      description: `The number of its members. ${forAdmin}`,
      resolve: async (row, _args, context) => (await useOf(context, row.id))?.members ?? null,
    }),
    serverCount: t.int({
      nullable: true,
      description: `The number of its servers. ${forAdmin}`,
      resolve: async (row, _args, context) => (await useOf(context, row.id))?.servers ?? null,
    }),
    instanceCount: t.int({
      nullable: true,
      description: `The number of its instances. ${forAdmin}`,
      resolve: async (row, _args, context) => (await useOf(context, row.id))?.instances ?? null,
    }),
    quotas: t.field({
      type: OrganizationQuotas,
      description: 'How much it may hold, where the administrator of the installation decided that for it.',
      resolve: (row) => row,
    }),
    deactivatedAt: t.expose('deactivatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the administrator of the installation deactivated it; null while it is in use.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

const OrganizationSettings = builder.objectRef<OrganizationRow>('OrganizationSettings').implement({
  description: 'The settings of an organization.',
  fields: (t) => ({
    auditRetentionDays: t.exposeInt('auditRetentionDays', { description: 'How many days audit log entries are kept.' }),
    requireTwoFactor: t.exposeBoolean('requireTwoFactor', {
      description: 'Whether members must sign in with a second factor or a passkey to work here.',
    }),
    requirePasskey: t.exposeBoolean('requirePasskey', {
      description: 'Whether members must sign in with a passkey to work here.',
    }),
    sessionMaxHours: t.exposeInt('sessionMaxHours', {
      nullable: true,
      description:
        'After how many hours members must sign in again to work here; null for the limit of the installation.',
    }),
  }),
});

export const OrganizationPayload = builder
  .objectRef<{ organization: OrganizationRow; operation: OperationRow }>('OrganizationPayload')
  .implement({
    description: 'An organization and the operation that works on it.',
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description: 'The organization.',
        resolve: (row) => row.organization,
      }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'The operation that was started.',
        resolve: (row) => row.operation,
      }),
    }),
  });

const CreateOrganizationInput = builder.inputType('CreateOrganizationInput', {
  description: 'A new organization.',
  fields: (t) => ({
    name: t.string({ required: true, description: '2 to 100 characters.' }),
    slug: t.string({
      description:
        '3 to 50 lower-case letters, digits and single hyphens, unique in the installation. Default: derived from the name.',
    }),
  }),
});
const UpdateOrganizationInput = builder.inputType('UpdateOrganizationInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    slug: t.string({ description: 'A new slug. The old slug stops working at once.' }),
    logoUrl: t.string({ description: 'The https:// URL of a picture; null for none.' }),
  }),
});
const UpdateOrganizationSettingsInput = builder.inputType('UpdateOrganizationSettingsInput', {
  description: 'The changes. Absent fields keep their value. API keys cannot change the sign-in requirements.',
  fields: (t) => ({
    auditRetentionDays: t.int({ description: '30 to 3650.' }),
    requireTwoFactor: t.boolean({
      description: 'Whether a second factor or a passkey is required. You must have signed in with one yourself.',
    }),
    requirePasskey: t.boolean({
      description: 'Whether a passkey is required. You must have signed in with one yourself.',
    }),
    sessionMaxHours: t.int({ description: '1 to 8760; null for the limit of the installation.' }),
  }),
});

builder.queryFields((t) => ({
  organization: t.field({
    type: Organization,
    authScopes: { permission: 'view:org' },
    description: 'The organization of X-Org-Slug.',
    resolve: (_root, _args, context) => getOrganization(orgScope(context)),
  }),
  organizationSettings: t.field({
    type: OrganizationSettings,
    authScopes: { permission: 'view:org' },
    description: 'The settings of the organization of X-Org-Slug.',
    resolve: (_root, _args, context) => getOrganization(orgScope(context)),
  }),
  myOrganizations: t.connection(
    {
      type: Organization,
      authScopes: { person: true },
      description: 'The organizations of the signed-in user, newest first.',
      resolve: async (_root, args, { app, access }) => connectionOf(await listMyOrganizations(app, access, args)),
    },
    { description: 'A page of organizations.' },
    { description: 'One organization of a page.' },
  ),
  myPermissions: t.stringList({
    authScopes: { signedIn: true },
    description: 'The permissions of the caller in the organization of X-Org-Slug.',
    resolve: (_root, _args, { access }) => [...expand([...access.permissions])].sort(),
  }),
}));

builder.mutationFields((t) => ({
  createOrganization: t.field({
    type: Organization,
    authScopes: { person: true },
    description: 'Creates an organization with the four system roles; its creator becomes the Owner.',
    args: { input: t.arg({ type: CreateOrganizationInput, required: true, description: 'The organization.' }) },
    resolve: (_root, { input }, { app, access, client }) => foundOrganization(app, access, client, input),
  }),
  updateOrganization: t.field({
    type: Organization,
    authScopes: { permission: 'manage:org' },
    description: 'Changes the organization.',
    args: { input: t.arg({ type: UpdateOrganizationInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => updateOrganization(context.app, orgScope(context), input),
  }),
  updateOrganizationSettings: t.field({
    type: OrganizationSettings,
    authScopes: { permission: 'manage:org' },
    description: 'Changes the settings of the organization. To turn a requirement on, you must meet it yourself.',
    args: { input: t.arg({ type: UpdateOrganizationSettingsInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => updateSettings(context.app, orgScope(context), input),
  }),
  transferOwnership: t.field({
    type: Organization,
    authScopes: { owner: true },
    description: 'Makes another member the Owner. The previous Owner becomes an Admin.',
    args: {
      memberId: t.arg.id({ required: true, description: 'The membership of the new Owner.' }),
      password: t.arg.string({ description: 'Your password. Not needed within 15 minutes of a sign-in.' }),
    },
    resolve: (_root, { memberId, password }, context) =>
      transferOwnership(context.app, orgScope(context, 'manage:org'), memberId, password),
  }),
  deleteOrganization: t.field({
    type: OrganizationPayload,
    authScopes: { owner: true },
    description:
      'Deletes the organization and all its data. It must not contain servers or instances. Afterwards the slug is free, and requests with it as X-Org-Slug return not_found.',
    args: {
      confirmSlug: t.arg.string({ required: true, description: 'The slug of the organization, as confirmation.' }),
      password: t.arg.string({ description: 'Your password. Not needed within 15 minutes of a sign-in.' }),
    },
    resolve: (_root, { confirmSlug, password }, context) =>
      deleteOrganization(context.app, orgScope(context, 'manage:org'), confirmSlug, password),
  }),
}));
