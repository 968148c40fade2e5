import type { Invitation as InvitationRow, InviteLink as LinkRow, Role as RoleRow } from '../prisma/generated/client/client.ts';
import { acceptInvitation, acceptInviteLink, cancelInvitation, createInviteLink, inviteMember, linkStatusOf, listInvitations, listInviteLinks, resendInvitation, revokeInviteLink, statusOf } from '../src/members/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { personOf } from './loaders.ts';
import { Node } from './node.ts';
import { Organization } from './organization.ts';
import { Person } from './person.ts';
import { Role } from './role.ts';

const InvitationStatus = builder.enumType('InvitationStatus', {
  description: 'Where an invitation stands.',
  values: { pending: { description: 'It can be accepted.' }, accepted: { description: 'The person joined.' }, expired: { description: 'Its time is over; it can be sent again.' }, cancelled: { description: 'It was taken back.' } } as const,
});
const InviteLinkStatus = builder.enumType('InviteLinkStatus', {
  description: 'Where an invite link stands.',
  values: { active: { description: 'People can join by it.' }, used_up: { description: 'It was used as often as it may be.' }, expired: { description: 'Its time is over.' }, revoked: { description: 'It was revoked.' } } as const,
});

const Invitation = builder.objectRef<InvitationRow & { role: RoleRow }>('Invitation').implement({
  interfaces: [Node],
  description: 'An invitation by e-mail. Its token is in the letter and nowhere else, and only the person with that address can use it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    email: t.exposeString('email', { description: 'Who is invited.' }),
    status: t.field({ type: InvitationStatus, description: 'Where it stands.', resolve: statusOf }),
    role: t.field({ type: Role, description: 'The role that the person will have.', resolve: (row) => row.role }),
    projectIds: t.exposeStringList('projectIds', { description: 'The projects in which the role will count; empty for the whole organization.' }),
    invitedBy: t.field({ type: Person, nullable: true, description: 'Who invited; null once that person has left.', resolve: (row, _args, context) => personOf(context, row.invitedById) }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When the newest letter was sent.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it can be accepted.' }),
    acceptedAt: t.expose('acceptedAt', { type: 'DateTime', nullable: true, description: 'When the person joined.' }),
  }),
});

const InviteLink = builder.objectRef<LinkRow & { role: RoleRow; code?: string; url?: string }>('InviteLink').implement({
  interfaces: [Node],
  description: 'A link by which several people can join.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    code: t.string({ nullable: true, description: 'The code; only in the answer that made the link, null ever after.', resolve: (row) => row.code ?? null }),
    url: t.string({ nullable: true, description: 'The address to pass on; only in the answer that made the link.', resolve: (row) => row.url ?? null }),
    status: t.field({ type: InviteLinkStatus, description: 'Where it stands.', resolve: linkStatusOf }),
    role: t.field({ type: Role, description: 'The role of those who join.', resolve: (row) => row.role }),
    maxUses: t.exposeInt('maxUses', { description: 'How many can join by it; 0 for any number.' }),
    useCount: t.exposeInt('useCount', { description: 'How many have.' }),
    createdBy: t.field({ type: Person, nullable: true, description: 'Who made it; null once that person has left.', resolve: (row, _args, context) => personOf(context, row.createdById) }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it works.' }),
  }),
});

const InviteMemberInput = builder.inputType('InviteMemberInput', {
  description: 'Whom to invite, and as what.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address.' }),
    roleId: t.id({ required: true, description: 'The role. Nobody gives one that allows more than they may themselves.' }),
    projectIds: t.idList({ description: 'The projects in which the role is to count. Default: the whole organization.' }),
    expiresInDays: t.int({ description: '1 to 30. Default: 7.' }),
  }),
});
const CreateInviteLinkInput = builder.inputType('CreateInviteLinkInput', {
  description: 'A new invite link.',
  fields: (t) => ({
    roleId: t.id({ required: true, description: 'The role of those who join; not Owner.' }),
    maxUses: t.int({ description: 'How many can join by it, up to 10000; 0 for any number. Default: 0.' }),
    expiresInDays: t.int({ description: '1 to 30. Default: 7.' }),
  }),
});

builder.queryFields((t) => ({
  invitations: t.connection({
    type: Invitation, authScopes: { permission: 'view:members' }, description: 'Invitations, newest first.',
    args: { status: t.arg({ type: InvitationStatus, description: 'Only those that stand there.' }) },
    resolve: async (_root, args, context) => connectionOf(await listInvitations(orgScope(context), args)),
  }, { description: 'A page of invitations.' }, { description: 'One invitation of a page.' }),
  inviteLinks: t.connection({ type: InviteLink, authScopes: { permission: 'view:members' }, description: 'Invite links, newest first.', resolve: async (_root, args, context) => connectionOf(await listInviteLinks(orgScope(context), args)) }, { description: 'A page of invite links.' }, { description: 'One invite link of a page.' }),
}));

builder.mutationFields((t) => ({
  inviteMember: t.field({ type: Invitation, authScopes: { permission: 'manage:members' }, description: 'Invites an e-mail address; the letter has the link.', args: { input: t.arg({ type: InviteMemberInput, required: true, description: 'The invitation.' }) }, resolve: (_root, { input }, context) => inviteMember(context.app, orgScope(context), input) }),
  resendInvitation: t.field({ type: Invitation, authScopes: { permission: 'manage:members' }, description: 'Sends an invitation once more, with a new link and the whole time again; the old link is void.', args: { id: t.arg.id({ required: true, description: 'The invitation.' }) }, resolve: (_root, { id }, context) => resendInvitation(context.app, orgScope(context), id) }),
  cancelInvitation: t.field({ type: Invitation, authScopes: { permission: 'manage:members' }, description: 'Takes an invitation back.', args: { id: t.arg.id({ required: true, description: 'The invitation.' }) }, resolve: (_root, { id }, context) => cancelInvitation(context.app, orgScope(context), id) }),
  acceptInvitation: t.field({
    type: Organization, authScopes: { person: true }, description: 'Joins an organization by the token of an invitation to one’s own e-mail address.',
    args: { token: t.arg.string({ required: true, description: 'The token of the newest letter.' }) },
    resolve: (_root, { token }, { app, access, client }) => acceptInvitation(app, access, client, token),
  }),
  createInviteLink: t.field({ type: InviteLink, authScopes: { permission: 'manage:members' }, description: 'Makes a link by which people can join. Its code is shown once.', args: { input: t.arg({ type: CreateInviteLinkInput, required: true, description: 'The link.' }) }, resolve: (_root, { input }, context) => createInviteLink(context.app, orgScope(context), input) }),
  revokeInviteLink: t.field({ type: InviteLink, authScopes: { permission: 'manage:members' }, description: 'Ends an invite link; who has joined by it stays.', args: { id: t.arg.id({ required: true, description: 'The link.' }) }, resolve: (_root, { id }, context) => revokeInviteLink(context.app, orgScope(context), id) }),
  acceptInviteLink: t.field({
    type: Organization, authScopes: { person: true }, description: 'Joins an organization by the code of an invite link.',
    args: { code: t.arg.string({ required: true, description: 'The code.' }) },
    resolve: (_root, { code }, { app, access, client }) => acceptInviteLink(app, access, client, code),
  }),
}));
