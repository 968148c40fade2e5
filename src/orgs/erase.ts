import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { writeEntry } from '../audit/entry.ts';
import type { Tx } from '../database/database.ts';
import type { Living, Place } from '../feature/holding.ts';

/** What stands or runs on a machine and would be forgotten there with its organization; records go along with it. */
export async function livingOnServers(app: App, tx: Tx, orgId: string): Promise<Living[]> {
  return (await app.holdings.living(tx, organizationPlace(orgId))).filter(({ onServers }) => onServers);
}

export const organizationPlace = (orgId: string): Place => ({ type: 'organization', orgId, id: orgId });

/**
 * Deletes an organization without resources. The installation's audit log records the deletion; its own audit log and its
 * operations are swept after it.
 */
export async function eraseOrganization(app: App, tx: Tx, scope: FactScope): Promise<void> {
  const { orgId, actor } = scope;
  await app.holdings.erase(tx, organizationPlace(orgId));
  await app.holdings.eraseAccess(tx, orgId);
  const { name, slug } = await tx.organization.delete({ where: { id: orgId } });
  await writeEntry(tx, scope, {
    orgId: null,
    action: 'organization.deleted',
    resourceType: 'org',
    resourceId: orgId,
    resourceName: name,
    actor,
    before: { name, slug },
  });
}
