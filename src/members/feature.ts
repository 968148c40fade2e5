import type { Feature } from '../feature/feature.ts';

export const membersFeature: Feature = {
  name: 'members',
  nodes: {
    organization: {
      Invitation: 'invitations',
      InviteLink: 'invite_links',
      Member: 'memberships',
      RoleAssignment: 'role_assignments',
    },
  },
  // Before the roles, which they name.
  eraseAccess: async (tx, orgId) => {
    await tx.invitation.deleteMany({ where: { orgId } });
    await tx.inviteLink.deleteMany({ where: { orgId } });
    await tx.membership.deleteMany({ where: { orgId } });
  },
};
