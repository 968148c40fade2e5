import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { type DestinationRow, factAbout, getDestination, shown } from './rows.ts';
import { refuseIfUsed } from './usage.ts';

/** Removes a destination that nothing uses. What is stored there stays there; its empty repositories are forgotten here. */
export async function deleteDestination(app: App, scope: OrgScope, id: string): Promise<DestinationRow> {
  const row = await getDestination(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    // Whoever begins a backup there waits for this, or is seen here.
    await tx.$queryRaw`SELECT id FROM backup_destinations WHERE id = ${id}::uuid FOR UPDATE`;
    await refuseIfUsed(tx, row);
    // What failed or was cancelled left no snapshot.
    await tx.backup.deleteMany({ where: { destinationId: id, orgId: scope.orgId } });
    await tx.backupRepository.deleteMany({ where: { destinationId: id, orgId: scope.orgId } });
    await tx.backupDestination.delete({ where: { id, orgId: scope.orgId } });
    await record({ action: 'backup_destination.deleted', ...factAbout(row), before: shown(row) });
    return row;
  });
}
