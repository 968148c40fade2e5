import type { Operation as OperationRow, Organization as OrganizationRow } from '../prisma/generated/client/client.ts';
import { expand } from '../src/access/permissions.ts';
import { deleteOrganization, foundOrganization, getOrganization, listMyOrganizations, transferOwnership, updateOrganization, updateSettings } from '../src/orgs/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { myRoleIn } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { Role } from './role.ts';

const OrganizationStatus = builder.enumType('OrganizationStatus', { description: 'Where an organization stands.', values: { active: { description: 'In use.' }, removing: { description: 'Being deleted; it can only be looked at.' } } as const });

export const Organization = builder.prismaObject('Organization', {
  interfaces: [Node],
  description: 'The tenant: servers, projects and instances belong to exactly one.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its unique short name, as X-Org-Slug has it.' }),
    logoUrl: t.exposeString('logoUrl', { nullable: true, description: 'Its picture.' }),
    status: t.expose('status', { type: OrganizationStatus, description: 'Where it stands.' }),
    myRole: t.field({ type: Role, nullable: true, description: 'The role of the person who asks, in the whole organization; null in single projects only, with an API key, and in the answer of a sign-in.', resolve: (row, _args, context) => myRoleIn(context, row.id) }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const OrganizationSettings = builder.objectRef<OrganizationRow>('OrganizationSettings').implement({
  description: 'The rules of an organization.',
  fields: (t) => ({
    auditRetentionDays: t.exposeInt('auditRetentionDays', { description: 'How long entries of the audit trail are kept.' }),
    requireTwoFactor: t.exposeBoolean('requireTwoFactor', { description: 'Whether members must sign in with a second factor or a passkey to work here.' }),
    requirePasskey: t.exposeBoolean('requirePasskey', { description: 'Whether only a passkey will do.' }),
    sessionMaxHours: t.exposeInt('sessionMaxHours', { nullable: true, description: 'After how many hours members must sign in anew to work here; null for the installation’s own limit.' }),
  }),
});

const OrganizationPayload = builder.objectRef<{ organization: OrganizationRow; operation: OperationRow }>('OrganizationPayload').implement({
  description: 'An organization, and the operation that works on it.',
  fields: (t) => ({
    organization: t.field({ type: Organization, description: 'The organization.', resolve: (row) => row.organization }),
    operation: t.field({ type: Operation, nullable: true, description: 'What was started.', resolve: (row) => row.operation }),
  }),
});

const CreateOrganizationInput = builder.inputType('CreateOrganizationInput', {
  description: 'A new organization.',
  fields: (t) => ({
    name: t.string({ required: true, description: '2 to 100 characters.' }),
    slug: t.string({ description: '3 to 50 lower-case letters, digits and single hyphens, unique in the installation. Default: made from the name.' }),
  }),
});
const UpdateOrganizationInput = builder.inputType('UpdateOrganizationInput', {
  description: 'What is to change. Absent fields stay as they are.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    slug: t.string({ description: 'A new slug; the old one stops working at once.' }),
    logoUrl: t.string({ description: 'The address of a picture, beginning with https://; null for none.' }),
  }),
});
const UpdateOrganizationSettingsInput = builder.inputType('UpdateOrganizationSettingsInput', {
  description: 'What is to change. Absent fields stay as they are. How people sign in is changed by a person, not by an API key.',
  fields: (t) => ({
    auditRetentionDays: t.int({ description: '30 to 3650.' }),
    requireTwoFactor: t.boolean({ description: 'Whether a second factor or a passkey is required; you must have signed in with one.' }),
    requirePasskey: t.boolean({ description: 'Whether a passkey is required; you must have signed in with one.' }),
    sessionMaxHours: t.int({ description: '1 to 8760; null for the installation’s own limit.' }),
  }),
});

builder.queryFields((t) => ({
  organization: t.field({ type: Organization, authScopes: { permission: 'view:org' }, description: 'The organization of X-Org-Slug.', resolve: (_root, _args, context) => getOrganization(orgScope(context)) }),
  organizationSettings: t.field({ type: OrganizationSettings, authScopes: { permission: 'view:org' }, description: 'The rules of the organization of X-Org-Slug.', resolve: (_root, _args, context) => getOrganization(orgScope(context)) }),
  myOrganizations: t.connection({ type: Organization, authScopes: { person: true }, description: 'The organizations that the signed-in person belongs to, newest first.', resolve: async (_root, args, { app, access }) => connectionOf(await listMyOrganizations(app, access, args)) }, { description: 'A page of organizations.' }, { description: 'One organization of a page.' }),
  myPermissions: t.stringList({
    authScopes: { signedIn: true }, description: 'What the caller may do in the organization of X-Org-Slug.',
    resolve: (_root, _args, { access }) => [...expand([...access.permissions])].sort(),
  }),
}));

builder.mutationFields((t) => ({
  createOrganization: t.field({ type: Organization, authScopes: { person: true }, description: 'Creates an organization with the four system roles; its creator becomes the Owner.', args: { input: t.arg({ type: CreateOrganizationInput, required: true, description: 'The organization.' }) }, resolve: (_root, { input }, { app, access, client }) => foundOrganization(app, access, client, input) }),
  updateOrganization: t.field({ type: Organization, authScopes: { permission: 'manage:org' }, description: 'Changes the organization.', args: { input: t.arg({ type: UpdateOrganizationInput, required: true, description: 'The changes.' }) }, resolve: (_root, { input }, context) => updateOrganization(context.app, orgScope(context), input) }),
  updateOrganizationSettings: t.field({ type: OrganizationSettings, authScopes: { permission: 'manage:org' }, description: 'Changes the rules of the organization. Who turns a requirement on must meet it.', args: { input: t.arg({ type: UpdateOrganizationSettingsInput, required: true, description: 'The changes.' }) }, resolve: (_root, { input }, context) => updateSettings(context.app, orgScope(context), input) }),
  transferOwnership: t.field({
    type: Organization, authScopes: { owner: true }, description: 'Makes another member the Owner; the Owner who gives becomes an Admin.',
    args: { memberId: t.arg.id({ required: true, description: 'The membership of the new Owner.' }), password: t.arg.string({ description: 'Your password. Not needed within 15 minutes of a sign-in.' }) },
    resolve: (_root, { memberId, password }, context) => transferOwnership(context.app, orgScope(context, 'manage:org'), memberId, password),
  }),
  deleteOrganization: t.field({
    type: OrganizationPayload, authScopes: { owner: true }, description: 'Deletes the organization with all that it holds, once no server and no instance lives in it. When it is done, the slug is free and X-Org-Slug is not found.',
    args: { confirmSlug: t.arg.string({ required: true, description: 'The slug of the organization, to be sure.' }), password: t.arg.string({ description: 'Your password. Not needed within 15 minutes of a sign-in.' }) },
    resolve: (_root, { confirmSlug, password }, context) => deleteOrganization(context.app, orgScope(context, 'manage:org'), confirmSlug, password),
  }),
}));
