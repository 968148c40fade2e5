import type { Feature } from '../feature/feature.ts';
import { getInvitation } from './invitations.ts';
import { getInviteLink } from './invite-links.ts';
import { getMember, getPerson } from './rows.ts';
import { getAssignment } from './assignments.ts';

export const membersFeature: Feature = {
  name: 'members',
  permissions: ['members'],
  nodes: {
    organization: {
      Invitation: { table: 'invitations', permission: 'view:members', get: getInvitation },
      InviteLink: { table: 'invite_links', permission: 'view:members', get: getInviteLink },
      Member: { table: 'memberships', permission: 'view:members', get: getMember },
      User: { table: 'memberships', column: 'user_id', permission: 'view:members', get: getPerson },
      RoleAssignment: { table: 'role_assignments', permission: 'view:members', get: getAssignment },
    },
  },
  // Before the roles, which they name.
  eraseAccess: async (tx, orgId) => {
    await tx.invitation.deleteMany({ where: { orgId } });
    await tx.inviteLink.deleteMany({ where: { orgId } });
    await tx.membership.deleteMany({ where: { orgId } });
  },
};
