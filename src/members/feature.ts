import type { Feature } from '../feature/feature.ts';

export const membersFeature: Feature = {
  name: 'members',
  permissions: ['members'],
  events: [
    'member.invitation_cancelled',
    'member.invitation_resent',
    'member.invite_link_created',
    'member.invite_link_revoked',
    'member.invited',
    'member.joined',
    'member.left',
    'member.removed',
    'member.role_assigned',
    'member.role_changed',
    'member.role_unassigned',
  ],
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
