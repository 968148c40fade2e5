export {
  acceptInput as acceptInvitationInput,
  acceptInvitation,
  invitationForSignUp,
  joinByInvitation,
} from './accept.ts';
export {
  addInput as addMemberInput,
  addMember,
  addMemberIn,
  getMemberOf,
  listMembersOf,
  removeMemberOf,
} from './administer.ts';
export { assignInput, assignRole, getAssignment, listAssignments, unassignRole } from './assignments.ts';
export { cancelInvitation } from './cancel-invitation.ts';
export { countMembers, countOrganizations } from './count.ts';
export { membersFeature } from './feature.ts';
export { getInvitation, type InvitationStatus, listInvitations, statusOf } from './invitations.ts';
export { inviteInput, inviteMember } from './invite.ts';
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
export { invitationOffer, inviteLinkOffer, type Offer } from './offer.ts';
export { resendInvitation } from './resend-invitation.ts';
export { getMember, hasRole, type MemberRow } from './rows.ts';
export {
  changeMemberRole,
  leaveOrganization,
  listMembers,
  removeMember,
  roleInput as memberRoleInput,
  rolesOf,
} from './service.ts';
