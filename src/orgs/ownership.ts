import { isOwnerRole } from '../access/bounds.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { requireRecent } from '../identity/index.ts';
import { isId } from '../ids.ts';
import { getOrganization, lockOrganization } from './service.ts';

/** The last Owner neither goes nor becomes less. Asked under lockOrganization, or two of them could go at once. */
export async function requireAnotherOwner(tx: Tx, orgId: string, membershipId: string): Promise<void> {
  const others = await tx.membership.count({
    where: { orgId, id: { not: membershipId }, role: { isSystem: true, name: 'Owner' }, user: { deactivatedAt: null } },
  });
  if (others === 0)
    throw new AppError('conflict', 'This is the last Owner; transfer the ownership to another member first', {
      constraint: 'last_owner',
    });
}

/** Makes another member the Owner; the Owner who gives becomes an Admin. */
export async function transferOwnership(
  app: App,
  scope: OrgScope,
  memberId: string,
  password: string | null | undefined,
) {
  const { id: userId } = await requireRecent(app, scope.access, scope, { password });
  await mutate(app, scope, async ({ tx, record }) => {
    await lockOrganization(tx, scope.orgId);
    const roles = await tx.role.findMany({
      where: { orgId: scope.orgId, isSystem: true, name: { in: ['Owner', 'Admin'] } },
    });
    const [owner, admin] = ['Owner', 'Admin'].map((name) => roles.find((role) => role.name === name));
    if (!owner || !admin) throw new Error(`The organization ${scope.orgId} has no system roles`);
    const include = { role: true, user: { select: { name: true, deactivatedAt: true } } };
    const giver = await tx.membership.findFirst({ where: { orgId: scope.orgId, userId }, include });
    if (!giver?.role || !isOwnerRole(giver.role))
      throw new AppError('forbidden', 'Only an Owner of the organization can do this', { role: 'Owner' });
    const taker = isId(memberId)
      ? await tx.membership.findFirst({ where: { orgId: scope.orgId, id: memberId }, include })
      : null;
    if (!taker?.user) throw notFound('member', memberId);
    if (taker.id === giver.id)
      throw new AppError('conflict', 'You are already the Owner; choose another member', {
        field: 'memberId',
        constraint: 'other_member',
      });
    if (taker.user.deactivatedAt)
      throw new AppError('conflict', `The account of ${taker.user.name} is deactivated`, {
        field: 'memberId',
        constraint: 'active_member',
      });
    await tx.membership.update({ where: { id: taker.id }, data: { roleId: owner.id } });
    await tx.membership.update({ where: { id: giver.id }, data: { roleId: admin.id } });
    await record({
      action: 'organization.ownership_transferred',
      resource: 'org',
      resourceId: scope.orgId,
      resourceName: scope.access.org?.name ?? '',
      before: { ownerId: userId, role: taker.role?.name ?? null },
      after: { ownerId: taker.userId, ownerName: taker.user.name },
    });
    await notify(tx, [`access:${userId}`, `access:${taker.userId}`]);
  });
  return getOrganization(scope);
}
