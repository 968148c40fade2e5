import type { OrgScope } from '../access/scope.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { foundById, page, type PageArgs } from '../lists.ts';

export async function getDestination(scope: OrgScope, id: string) {
  const row = isId(id) ? await scope.db.backupDestination.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  if (!row) throw notFound('backup_destination', id);
  return row;
}

export function listDestinations(scope: OrgScope, args: PageArgs) {
  const where = { orgId: scope.orgId };
  return page(`backup destinations of ${scope.orgId}`, args, {
    find: (seek) => scope.db.backupDestination.findMany(foundById(where, seek)),
    count: () => scope.db.backupDestination.count({ where }),
  });
}
