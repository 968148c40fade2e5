import {
  addOrganizationMember,
  createOrganizationFor,
  deleteOrganizationOf,
  getOrganization,
  listOrganizationMembers,
  listOrganizations,
  removeOrganizationMember,
  setActive,
  setOrganizationQuotas,
} from '../src/admin/index.ts';
import { administrator } from './admin-user.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Member } from './member.ts';
import { Organization, OrganizationPayload } from './organization.ts';

const AdminCreateOrganizationInput = builder.inputType('AdminCreateOrganizationInput', {
  description: 'An organization that the administrator creates for somebody.',
  fields: (t) => ({
    name: t.string({ required: true, description: '2 to 100 characters.' }),
    slug: t.string({
      description:
        '3 to 50 lower-case letters, digits and single hyphens, unique in the installation. Default: derived from the name.',
    }),
    ownerUserId: t.id({ required: true, description: 'The account that becomes its Owner.' }),
  }),
});

const unlimited = 'null for as many as the installation allows by default.';
const AdminQuotasInput = builder.inputType('AdminOrganizationQuotasInput', {
  description: 'How much an organization may hold. Absent fields keep their value.',
  fields: (t) => ({
    maxServers: t.int({ description: `Servers; ${unlimited}` }),
    maxInstances: t.int({ description: `Instances; ${unlimited}` }),
    maxMembers: t.int({ description: `Members; ${unlimited}` }),
    maxProjects: t.int({ description: `Projects; ${unlimited}` }),
  }),
});

const AdminAddMemberInput = builder.inputType('AdminAddMemberInput', {
  description: 'A new member of an organization.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'The account.' }),
    roleName: t.string({ required: true, description: 'The name of the role: Developer.' }),
  }),
});

const organization = { required: true as const, description: 'The organization.' };

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
    args: { id: t.arg.id(organization) },
    resolve: (_root, { id }, { app }) => getOrganization(app, id),
  }),
  adminOrganizationMembers: t.connection(
    {
      type: Member,
      authScopes: { admin: true },
      description: 'The members of an organization, newest first.',
      args: {
        id: t.arg.id(organization),
        search: t.arg.string({ description: 'Part of the name or e-mail address.' }),
      },
      resolve: async (_root, { id, ...args }, { app }) => connectionOf(await listOrganizationMembers(app, id, args)),
    },
    { description: 'A page of members.' },
    { description: 'One member of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  adminCreateOrganization: t.field({
    type: Organization,
    authScopes: { admin: true },
    description: 'Creates an organization for somebody, who becomes its Owner.',
    args: { input: t.arg({ type: AdminCreateOrganizationInput, required: true, description: 'The organization.' }) },
    resolve: (_root, { input }, context) => createOrganizationFor(context.app, administrator(context), input),
  }),
  adminSetOrganizationQuotas: t.field({
    type: Organization,
    authScopes: { admin: true },
    description: 'Changes how much an organization may hold. What it holds already stays.',
    args: {
      id: t.arg.id(organization),
      input: t.arg({ type: AdminQuotasInput, required: true, description: 'The quotas.' }),
    },
    resolve: (_root, { id, input }, context) => setOrganizationQuotas(context.app, administrator(context), id, input),
  }),
  adminDeactivateOrganization: t.field({
    type: Organization,
    authScopes: { admin: true },
    description:
      'Deactivates an organization: everything can be read, and changes are refused with `organization_deactivated`. Nothing is stopped on its servers.',
    args: { id: t.arg.id(organization) },
    resolve: (_root, { id }, context) => setActive(context.app, administrator(context), id, false),
  }),
  adminReactivateOrganization: t.field({
    type: Organization,
    authScopes: { admin: true },
    description: 'Reactivates an organization.',
    args: { id: t.arg.id(organization) },
    resolve: (_root, { id }, context) => setActive(context.app, administrator(context), id, true),
  }),
  adminDeleteOrganization: t.field({
    type: OrganizationPayload,
    authScopes: { admin: true },
    description: 'Deletes an organization and all its data, as deleteOrganization does.',
    args: {
      id: t.arg.id(organization),
      confirmSlug: t.arg.string({ required: true, description: 'The slug of the organization, as confirmation.' }),
    },
    resolve: (_root, { id, confirmSlug }, context) =>
      deleteOrganizationOf(context.app, administrator(context), id, confirmSlug),
  }),
  adminAddOrganizationMember: t.field({
    type: Member,
    authScopes: { admin: true },
    description: 'Makes an account a member of an organization.',
    args: {
      id: t.arg.id(organization),
      input: t.arg({ type: AdminAddMemberInput, required: true, description: 'The member.' }),
    },
    resolve: (_root, { id, input }, context) => addOrganizationMember(context.app, administrator(context), id, input),
  }),
  adminRemoveOrganizationMember: t.field({
    type: Member,
    authScopes: { admin: true },
    description: 'Removes a member from an organization and revokes the API keys there. The last Owner stays.',
    args: {
      id: t.arg.id(organization),
      memberId: t.arg.id({ required: true, description: 'The membership.' }),
    },
    resolve: (_root, { id, memberId }, context) =>
      removeOrganizationMember(context.app, administrator(context), id, memberId),
  }),
}));
