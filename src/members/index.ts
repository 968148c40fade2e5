export { countMembers } from './count.ts';
export { membersFeature } from './feature.ts';
export {
  acceptInput as acceptInvitationInput,
  acceptInvitation,
  invitationForSignUp,
  joinByInvitation,
} from './accept.ts';
export { assignInput, assignRole, getAssignment, listAssignments, unassignRole } from './assignments.ts';
export {
  cancelInvitation,
  getInvitation,
  type InvitationStatus,
  inviteInput,
  inviteMember,
  listInvitations,
  resendInvitation,
  statusOf,
} from './invitations.ts';
export {
  acceptInput as acceptInviteLinkInput,
  acceptInviteLink,
  createInput as inviteLinkInput,
  createInviteLink,
  getInviteLink,
  type InviteLinkStatus,
  linkStatusOf,
  listInviteLinks,
  revokeInviteLink,
} from './invite-links.ts';
export { getMember, type MemberRow } from './rows.ts';
export {
  changeMemberRole,
  leaveOrganization,
  listMembers,
  removeMember,
  roleInput as memberRoleInput,
  rolesOf,
} from './service.ts';
