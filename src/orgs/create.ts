import type { Actor } from '../access/access.ts';
import { systemRoles } from '../access/permissions.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../db.ts';
import { newId } from '../ids.ts';

interface Client {
  requestId: string;
  ipAddress: string | null;
  userAgent: string | null;
}

/** Creates an organization with the four system roles; its creator becomes an Owner. */
export async function createOrganization(tx: Tx, owner: Actor & { id: string }, client: Client, given: { name: string; slug: string }): Promise<{ id: string; slug: string; name: string }> {
  const id = newId();
  const roles = systemRoles.map((role) => ({ id: newId(), name: role.name, description: role.description, isSystem: true, permissions: [...role.permissions] }));
  const ownerRole = roles.find((role) => role.name === 'Owner');
  await tx.organization.create({ data: { id, name: given.name, slug: given.slug, roles: { create: roles } } });
  if (ownerRole) await tx.membership.create({ data: { id: newId(), orgId: id, userId: owner.id, roleId: ownerRole.id } });
  await recordFact(tx, { orgId: id, actor: owner, ...client }, { action: 'org.created', resourceType: 'org', resourceId: id, resourceName: given.name, after: given });
  return { id, ...given };
}
