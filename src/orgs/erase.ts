import type { FactScope } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import { newId } from '../ids.ts';

interface Living {
  type: 'server' | 'instance' | 'project';
  count: number;
  /** Of the first hundred. */
  names: string[];
}

/** The resources that must be removed before the organization can be deleted; empty if there are none. */
export async function livingResources(tx: Tx, orgId: string): Promise<Living[]> {
  const where = { orgId, status: { not: 'removed' as const } };
  const first = { select: { name: true }, orderBy: { name: 'asc' as const }, take: 100 };
  const names = (rows: readonly { name: string }[]): string[] => rows.map((row) => row.name);
  const found: Living[] = [
    { type: 'server', count: await tx.server.count({ where }), names: names(await tx.server.findMany({ where, ...first })) },
    { type: 'instance', count: await tx.instance.count({ where }), names: names(await tx.instance.findMany({ where, ...first })) },
    { type: 'project', count: await tx.project.count({ where: { orgId } }), names: names(await tx.project.findMany({ where: { orgId }, ...first })) },
  ];
  return found.filter(({ count }) => count > 0);
}

/** The names of what still runs somewhere and would be forgotten there with its organization; projects go along. */
export async function livingOnServers(tx: Tx, orgId: string): Promise<{ servers: string[]; instances: string[] }> {
  const living = await livingResources(tx, orgId);
  const namesOf = (type: Living['type']): string[] => living.find((one) => one.type === type)?.names ?? [];
  return { servers: namesOf('server'), instances: namesOf('instance') };
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
 * Deletes an organization without resources. The installation's audit log records the deletion; its own audit log and its
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
