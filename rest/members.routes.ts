import { z } from 'zod';
import { acceptInvitationInput, acceptInviteLinkInput, assignInput, inviteInput, inviteLinkInput, memberRoleInput } from '../src/members/index.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const assignment = 'id projectId createdAt role { id name }';
const member = `id userId name email avatarUrl joinedAt role { id name } assignments { ${assignment} }`;
const invitation = 'id email status projectIds createdAt sentAt expiresAt acceptedAt role { id name } invitedBy { id name email }';
const link = 'id status maxUses useCount createdAt expiresAt role { id name } createdBy { id name email }';
const organization = 'id name slug logoUrl status createdAt';
const pageInfo = 'pageInfo { hasNextPage endCursor }';
const category = 'Team Members';

const routes: readonly Route[] = [
  { method: 'get', path: '/members', category, summary: 'List members', document: `query ($first: Int, $after: String, $roleId: ID, $role: String, $search: String) { members(first: $first, after: $after, roleId: $roleId, role: $role, search: $search) { nodes { ${member} } ${pageInfo} } }`, answer: { as: 'list' } },
  { method: 'post', path: '/members/invite', category, summary: 'Invite a person by e-mail', document: `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { ${invitation} } }`, answer: { as: 'object', status: 201 } },
  { method: 'post', path: '/members/leave', category, summary: 'Leave the organization', document: 'mutation { leaveOrganization }', answer: { as: 'message', message: 'You have left the organization' } },
  { method: 'get', path: '/members/{id}', category, summary: 'Get a member', document: `query ($id: ID!) { member(id: $id) { ${member} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/members/{id}', category, summary: 'Remove a member', document: 'mutation ($id: ID!) { removeMember(id: $id) { id } }', answer: { as: 'message', message: 'Member removed' } },
  { method: 'put', path: '/members/{id}/role', category, summary: 'Change the role of a member', document: `mutation ($id: ID!, $input: ChangeMemberRoleInput!) { changeMemberRole(id: $id, input: $input) { ${member} } }`, answer: { as: 'object' } },
  { method: 'get', path: '/members/{id}/assignments', category, summary: 'List the roles of a member in single projects', document: `query ($id: ID!, $first: Int, $after: String) { memberAssignments(id: $id, first: $first, after: $after) { nodes { ${assignment} } ${pageInfo} } }`, answer: { as: 'list' } },
  { method: 'post', path: '/members/{id}/assignments', category, summary: 'Assign a role in one project', document: `mutation ($id: ID!, $input: AssignRoleInput!) { assignRole(id: $id, input: $input) { ${assignment} } }`, answer: { as: 'object', status: 201 } },
  { method: 'delete', path: '/members/{id}/assignments/{assignmentId}', category, summary: 'Remove a role in one project', document: 'mutation ($id: ID!, $assignmentId: ID!) { unassignRole(id: $id, assignmentId: $assignmentId) { id } }', answer: { as: 'message', message: 'Role removed' } },
  { method: 'get', path: '/invitations', category, summary: 'List invitations', document: `query ($first: Int, $after: String, $status: InvitationStatus) { invitations(first: $first, after: $after, status: $status) { nodes { ${invitation} } ${pageInfo} } }`, answer: { as: 'list' } },
  { method: 'post', path: '/invitations/accept', category, summary: 'Accept an invitation', document: `mutation ($token: String!) { acceptInvitation(token: $token) { ${organization} } }`, body: ['token'], answer: { as: 'object' }, errors: ['quota_exceeded'] },
  { method: 'post', path: '/invitations/{id}/resend', category, summary: 'Send an invitation again', document: `mutation ($id: ID!) { resendInvitation(id: $id) { ${invitation} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/invitations/{id}', category, summary: 'Cancel an invitation', document: 'mutation ($id: ID!) { cancelInvitation(id: $id) { id } }', answer: { as: 'message', message: 'Invitation cancelled' } },
  { method: 'get', path: '/invite-links', category, summary: 'List invite links', document: `query ($first: Int, $after: String) { inviteLinks(first: $first, after: $after) { nodes { ${link} } ${pageInfo} } }`, answer: { as: 'list' } },
  { method: 'post', path: '/invite-links', category, summary: 'Create an invite link', document: `mutation ($input: CreateInviteLinkInput!) { createInviteLink(input: $input) { code url ${link} } }`, answer: { as: 'object', status: 201 } },
  { method: 'post', path: '/invite-links/accept', category, summary: 'Join with an invite link', document: `mutation ($code: String!) { acceptInviteLink(code: $code) { ${organization} } }`, body: ['code'], answer: { as: 'object' }, errors: ['quota_exceeded'] },
  { method: 'delete', path: '/invite-links/{id}', category, summary: 'Revoke an invite link', document: 'mutation ($id: ID!) { revokeInviteLink(id: $id) { id } }', answer: { as: 'message', message: 'Invite link revoked' } },
];

const own = { invitation: '0197a1f1-4c07-7d2b-9a3e-0f6b8c5d7e21', link: '0197a1f1-6e92-7b1c-8d4f-5a7e9c0b3f32', assignment: '0197a1f1-82d3-7e4a-b5c6-1d9f3a7b0c43' };

const examples: Examples = {
  '/members/{id}': ids.member,
  '/members/{id}/assignments/{assignmentId}': own.assignment,
  'RoleAssignment.id': own.assignment,
  '/invitations/{id}': own.invitation,
  'Invitation.id': own.invitation,
  '/invite-links/{id}': own.link,
  'InviteLink.id': own.link,
  'Member.id': ids.member,
  'Member.name': 'Ada Lovelace',
  // Either names the role.
  'AssignRoleInput.role': null,
  'ChangeMemberRoleInput.role': null,
  'CreateInviteLinkInput.role': null,
  'InviteMemberInput.role': null,
  'members.role': 'Developer',
  'ChangeMemberRoleInput.projectIds': null,
  'InviteMemberInput.email': 'grace@example.com',
  'InviteMemberInput.projectIds': null,
  'Invitation.email': 'grace@example.com',
  'Invitation.status': 'pending',
  'Invitation.projectIds': [],
  acceptedAt: null,
  'acceptInvitation.token': 'ocore_i_ZGlng_-IuFpuoszajabGIUGJuJZ1zt011ED-S8orb4k',
  'InviteLink.status': 'active',
  maxUses: 25,
  useCount: 3,
  'createInviteLink.useCount': 0,
  'InviteLink.code': 'ocore_j_2Nyl4rqEk_hqe1dGKsWWW-hYRCU4HljsrMP5ZXIde9s',
  'InviteLink.url': 'https://ocore.example.com/accept-invitation?code=ocore_j_2Nyl4rqEk_hqe1dGKsWWW-hYRCU4HljsrMP5ZXIde9s',
  'acceptInviteLink.code': 'ocore_j_2Nyl4rqEk_hqe1dGKsWWW-hYRCU4HljsrMP5ZXIde9s',
};

const parsers: Parsers = {
  AssignRoleInput: assignInput,
  ChangeMemberRoleInput: memberRoleInput,
  CreateInviteLinkInput: inviteLinkInput,
  InviteMemberInput: inviteInput,
  acceptInvitation: acceptInvitationInput,
  acceptInviteLink: acceptInviteLinkInput,
  members: z.object({ role: filter, search: filter }),
};

const role = ['roleId'];

export default { routes, examples, parsers, shortFields: { AssignRoleInput: role, ChangeMemberRoleInput: role, CreateInviteLinkInput: role, InviteMemberInput: role } } satisfies Category;
