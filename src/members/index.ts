export { acceptInvitation, invitationForSignUp, joinByInvitation } from './accept.ts';
export { assignRole, listAssignments, unassignRole } from './assignments.ts';
export { cancelInvitation, type InvitationStatus, inviteMember, listInvitations, resendInvitation, statusOf } from './invitations.ts';
export { acceptInviteLink, createInviteLink, type InviteLinkStatus, linkStatusOf, listInviteLinks, revokeInviteLink } from './invite-links.ts';
export { getMember, type MemberRow } from './rows.ts';
export { changeMemberRole, leaveOrganization, listMembers, removeMember } from './service.ts';
