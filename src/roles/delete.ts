import { holds } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { lockOrganization } from '../orgs/index.ts';
import { customRoleIn } from './service.ts';

async function usersOf(tx: Tx, scope: OrgScope, roleId: string) {
  const person = { user: { select: { name: true } } };
  const members = await tx.membership.findMany({ where: { orgId: scope.orgId, roleId }, select: person });
  const assignments = await tx.roleAssignment.findMany({
    where: { orgId: scope.orgId, roleId },
    select: { membership: { select: person } },
  });
  const open = { orgId: scope.orgId, roleId, expiresAt: { gt: new Date() } };
  const invitations = await tx.invitation.findMany({
    where: { ...open, acceptedAt: null, cancelledAt: null },
    select: { email: true },
  });
  const inviteLinks = await tx.inviteLink.count({ where: { ...open, revokedAt: null } });
  return {
    members: members.map((row) => row.user.name),
    assignments: assignments.map((row) => row.membership.user.name),
    invitations: invitations.map((row) => row.email),
    inviteLinks,
  };
}

/** Deletes a role that no member, invitation or invite link uses. */
export async function deleteRole(app: App, scope: OrgScope, id: string) {
  return mutate(app, scope, async ({ tx, record }) => {
    await lockOrganization(tx, scope.orgId);
    const role = await customRoleIn(tx, scope.orgId, id);
    const { members, assignments, invitations, inviteLinks } = await usersOf(tx, scope, id);
    const counts = {
      members: members.length,
      assignments: assignments.length,
      invitations: invitations.length,
      inviteLinks,
    };
    if (members.length + assignments.length + invitations.length + inviteLinks > 0) {
      const uses = [
        [members.length, 'members'],
        [assignments.length, 'assignments in projects'],
        [invitations.length, 'open invitations'],
        [inviteLinks, 'invite links'],
      ]
        .filter(([count]) => count !== 0)
        .map(([count, what]) => `${count} ${what}`);
      const by = holds(scope.access, 'view:members')
        ? { by: [...new Set([...members, ...assignments, ...invitations])].slice(0, 20) }
        : {};
      throw new AppError(
        'conflict',
        `The role ${role.name} is in use by ${uses.join(', ')}; assign another role first`,
        { constraint: 'in_use', ...counts, ...by },
      );
    }
    // What was accepted, cancelled or has expired is remembered by the audit log; it must not hold the role.
    await tx.invitation.deleteMany({ where: { roleId: id } });
    await tx.inviteLink.deleteMany({ where: { roleId: id } });
    await tx.role.delete({ where: { id } });
    await record({
      action: 'role.deleted',
      resource: 'role',
      resourceId: id,
      resourceName: role.name,
      before: { name: role.name, permissions: role.permissions },
    });
    return role;
  });
}
