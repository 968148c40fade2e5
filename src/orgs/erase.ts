import type { FactScope } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import { newId } from '../ids.ts';

/** What still stands in an organization and must be removed before it can go; empty means that nothing does. */
export async function livingResources(tx: Tx, orgId: string): Promise<{ type: string; count: number }[]> {
  const counts = [
    { type: 'server', count: await tx.server.count({ where: { orgId, status: { not: 'removed' } } }) },
    { type: 'instance', count: await tx.instance.count({ where: { orgId, status: { not: 'removed' } } }) },
    { type: 'project', count: await tx.project.count({ where: { orgId } }) },
  ];
  return counts.filter(({ count }) => count > 0);
}

/** Deletes projects, environments, and the rows that removed servers and instances left. */
export async function eraseResources(tx: Tx, orgId: string): Promise<void> {
  const where = { orgId };
  const instances = await tx.instance.findMany({ where, select: { id: true } });
  await tx.portAllocation.deleteMany({ where: { instanceId: { in: instances.map((row) => row.id) } } });
  await tx.instance.deleteMany({ where });
  await tx.environment.deleteMany({ where });
  await tx.project.deleteMany({ where });
  await tx.server.deleteMany({ where });
}

/**
 * Deletes an organization in which nothing lives. That it went stands in the installation's trail; its own trail and its
 * operations are swept after it.
 */
export async function eraseOrganization(tx: Tx, { orgId, actor, requestId, ipAddress, userAgent }: FactScope): Promise<void> {
  const where = { orgId };
  await eraseResources(tx, orgId);
  // Before the roles, which they name.
  await tx.invitation.deleteMany({ where });
  await tx.inviteLink.deleteMany({ where });
  await tx.apiKey.deleteMany({ where });
  await tx.membership.deleteMany({ where });
  const { name, slug } = await tx.organization.delete({ where: { id: orgId } });
  await tx.auditEntry.create({
    data: { id: newId(), action: 'org.deleted', resourceType: 'org', resourceId: orgId, resourceName: name, actorType: actor.type, actorId: actor.id, actorName: actor.name, requestId, ipAddress, userAgent, beforeState: { name, slug } },
  });
}
