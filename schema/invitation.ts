import type {
  Invitation as InvitationRow,
  InviteLink as LinkRow,
  Role as RoleRow,
} from '../prisma/generated/client/client.ts';
import {
  acceptInvitation,
  acceptInviteLink,
  cancelInvitation,
  createInviteLink,
  inviteMember,
  linkStatusOf,
  listInvitations,
  listInviteLinks,
  resendInvitation,
  revokeInviteLink,
  statusOf,
} from '../src/members/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { personOf } from './loaders.ts';
import { Node } from './node.ts';
import { Organization } from './organization.ts';
import { User } from './user.ts';
import { Role } from './role.ts';

const InvitationStatus = builder.enumType('InvitationStatus', {
  description: 'The status of an invitation.',
  values: {
    pending: { description: 'It can be accepted.' },
    accepted: { description: 'The person joined.' },
    expired: { description: 'It has expired. It can be sent again.' },
    cancelled: { description: 'It was cancelled.' },
  } as const,
});
const InviteLinkStatus = builder.enumType('InviteLinkStatus', {
  description: 'The status of an invite link.',
  values: {
    active: { description: 'People can join with it.' },
    used_up: { description: 'It has reached its maximum number of uses.' },
    expired: { description: 'It has expired.' },
    revoked: { description: 'It was revoked.' },
  } as const,
});

const Invitation = builder.objectRef<InvitationRow & { role: RoleRow }>('Invitation').implement({
  interfaces: [Node],
  description:
    'An invitation by e-mail. Only the e-mail contains its token, and only the owner of that address can use it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    email: t.exposeString('email', { description: 'The e-mail address of the invited person.' }),
    status: t.field({ type: InvitationStatus, description: 'The status.', resolve: statusOf }),
    role: t.field({ type: Role, description: 'The role that the person receives.', resolve: (row) => row.role }),
    projectIds: t.exposeStringList('projectIds', {
      description: 'The projects in which the role will apply; empty for the whole organization.',
    }),
    invitedBy: t.field({
      type: User,
      nullable: true,
      description: 'The person who sent the invitation; null after that person has left.',
      resolve: (row, _args, context) => personOf(context, row.invitedById),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When the latest e-mail was sent.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it expires.' }),
    acceptedAt: t.expose('acceptedAt', { type: 'DateTime', nullable: true, description: 'When the person joined.' }),
  }),
});

const InviteLink = builder.objectRef<LinkRow & { role: RoleRow; code?: string; url?: string }>('InviteLink').implement({
  interfaces: [Node],
  description: 'A link that several people can use to join.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    code: t.string({
      nullable: true,
      description: 'The code. Only the response that creates the link has it; null otherwise.',
      resolve: (row) => row.code ?? null,
    }),
    url: t.string({
      nullable: true,
      description: 'The URL to share. Only the response that creates the link has it.',
      resolve: (row) => row.url ?? null,
    }),
    status: t.field({ type: InviteLinkStatus, description: 'The status.', resolve: linkStatusOf }),
    role: t.field({ type: Role, description: 'The role of everyone who joins.', resolve: (row) => row.role }),
    maxUses: t.exposeInt('maxUses', { description: 'The maximum number of uses; 0 for unlimited.' }),
    useCount: t.exposeInt('useCount', { description: 'How many people have joined with it.' }),
    createdBy: t.field({
      type: User,
      nullable: true,
      description: 'The person who created it; null after that person has left.',
      resolve: (row, _args, context) => personOf(context, row.createdById),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it expires.' }),
  }),
});

const InviteMemberInput = builder.inputType('InviteMemberInput', {
  description: 'A new invitation.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address.' }),
    roleId: t.id({ description: 'The role. Its permissions must not exceed your own. Give `roleId` or `role`.' }),
    role: t.string({ description: 'The name of the role, in place of `roleId`: Developer.' }),
    projectIds: t.idList({ description: 'The projects in which the role applies. Default: the whole organization.' }),
    expiresInDays: t.int({ description: '1 to 30. Default: 7.' }),
  }),
});
const CreateInviteLinkInput = builder.inputType('CreateInviteLinkInput', {
  description: 'A new invite link.',
  fields: (t) => ({
    roleId: t.id({ description: 'The role of everyone who joins. It cannot be Owner. Give `roleId` or `role`.' }),
    role: t.string({ description: 'The name of the role, in place of `roleId`: Developer.' }),
    maxUses: t.int({ description: 'The maximum number of uses, up to 10000; 0 for unlimited. Default: 0.' }),
    expiresInDays: t.int({ description: '1 to 30. Default: 7.' }),
  }),
});

builder.queryFields((t) => ({
  invitations: t.connection(
    {
      type: Invitation,
      authScopes: { permission: 'view:members' },
      description: 'Invitations, newest first.',
      args: { status: t.arg({ type: InvitationStatus, description: 'Only rows with this status.' }) },
      resolve: async (_root, args, context) => connectionOf(await listInvitations(orgScope(context), args)),
    },
    { description: 'A page of invitations.' },
    { description: 'One invitation of a page.' },
  ),
  inviteLinks: t.connection(
    {
      type: InviteLink,
      authScopes: { permission: 'view:members' },
      description: 'Invite links, newest first.',
      resolve: async (_root, args, context) => connectionOf(await listInviteLinks(orgScope(context), args)),
    },
    { description: 'A page of invite links.' },
    { description: 'One invite link of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  inviteMember: t.field({
    type: Invitation,
    authScopes: { permission: 'manage:members' },
    description: 'Invites a person by e-mail. The e-mail contains the link.',
    args: { input: t.arg({ type: InviteMemberInput, required: true, description: 'The invitation.' }) },
    resolve: (_root, { input }, context) => inviteMember(context.app, orgScope(context), input),
  }),
  resendInvitation: t.field({
    type: Invitation,
    authScopes: { permission: 'manage:members' },
    description: 'Sends an invitation again with a new link and a new expiry. The old link becomes invalid.',
    args: { id: t.arg.id({ required: true, description: 'The invitation.' }) },
    resolve: (_root, { id }, context) => resendInvitation(context.app, orgScope(context), id),
  }),
  cancelInvitation: t.field({
    type: Invitation,
    authScopes: { permission: 'manage:members' },
    description: 'Cancels an invitation.',
    args: { id: t.arg.id({ required: true, description: 'The invitation.' }) },
    resolve: (_root, { id }, context) => cancelInvitation(context.app, orgScope(context), id),
  }),
  acceptInvitation: t.field({
    type: Organization,
    authScopes: { person: true },
    description: 'Joins an organization with the token of an invitation to your own e-mail address.',
    args: { token: t.arg.string({ required: true, description: 'The token from the latest e-mail.' }) },
    resolve: (_root, { token }, { app, access, client }) => acceptInvitation(app, access, client, token),
  }),
  createInviteLink: t.field({
    type: InviteLink,
    authScopes: { permission: 'manage:members' },
    description: 'Creates an invite link. Its code is shown once.',
    args: { input: t.arg({ type: CreateInviteLinkInput, required: true, description: 'The link.' }) },
    resolve: (_root, { input }, context) => createInviteLink(context.app, orgScope(context), input),
  }),
  revokeInviteLink: t.field({
    type: InviteLink,
    authScopes: { permission: 'manage:members' },
    description: 'Revokes an invite link. Members who joined with it stay.',
    args: { id: t.arg.id({ required: true, description: 'The link.' }) },
    resolve: (_root, { id }, context) => revokeInviteLink(context.app, orgScope(context), id),
  }),
  acceptInviteLink: t.field({
    type: Organization,
    authScopes: { person: true },
    description: 'Joins an organization with the code of an invite link.',
    args: { code: t.arg.string({ required: true, description: 'The code.' }) },
    resolve: (_root, { code }, { app, access, client }) => acceptInviteLink(app, access, client, code),
  }),
}));
