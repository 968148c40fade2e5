import type { Tx } from '../db.ts';

/** What still stands in an organization and must be removed before it can go; empty means that nothing does. */
export async function livingResources(tx: Tx, orgId: string): Promise<{ type: string; count: number }[]> {
  const counts = [
    { type: 'server', count: await tx.server.count({ where: { orgId, status: { not: 'removed' } } }) },
    { type: 'instance', count: await tx.instance.count({ where: { orgId, status: { not: 'removed' } } }) },
    { type: 'project', count: await tx.project.count({ where: { orgId } }) },
  ];
  return counts.filter(({ count }) => count > 0);
}

/** Deletes an organization in which nothing lives. Its audit trail stays. */
export async function eraseOrganization(tx: Tx, orgId: string): Promise<void> {
  const where = { orgId };
  // Before the roles, which they name.
  await tx.invitation.deleteMany({ where });
  await tx.inviteLink.deleteMany({ where });
  await tx.apiKey.deleteMany({ where });
  await tx.membership.deleteMany({ where });
  await tx.organization.delete({ where: { id: orgId } });
}
