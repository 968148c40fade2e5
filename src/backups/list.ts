import type { Backup, BackupStatus, BackupType } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, seenProjects } from '../access/scope.ts';
import { isId } from '../ids.ts';
import { foundById, idFilter, page, type PageArgs } from '../lists.ts';
import { getEnvironment } from '../projects/index.ts';

export async function getBackup(scope: OrgScope, id: string): Promise<Backup> {
  const backup = isId(id) ? await scope.db.backup.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'backup', id, backup, (row) => row.projectId);
}

/** Those of the backups that the caller sees. */
export function backupsById(scope: OrgScope, ids: readonly string[]): Promise<Backup[]> {
  return scope.db.backup.findMany({
    where: { id: { in: [...ids] }, orgId: scope.orgId, projectId: seenProjects(scope) },
    orderBy: { id: 'asc' },
  });
}

export interface BackupFilter {
  environmentId?: string | null | undefined;
  instanceId?: string | null | undefined;
  destinationId?: string | null | undefined;
  copyOfId?: string | null | undefined;
  statuses?: readonly BackupStatus[] | null | undefined;
  backupTypes?: readonly BackupType[] | null | undefined;
}

/** All that the caller sees, also those of environments and instances that are gone. */
export function listBackups(scope: OrgScope, args: PageArgs & BackupFilter) {
  const where = {
    orgId: scope.orgId,
    projectId: seenProjects(scope),
    environmentId: idFilter(args.environmentId),
    instanceId: idFilter(args.instanceId),
    destinationId: idFilter(args.destinationId),
    copyOfId: idFilter(args.copyOfId),
    ...(args.statuses ? { status: { in: [...args.statuses] } } : {}),
    ...(args.backupTypes ? { backupType: { in: [...args.backupTypes] } } : {}),
  };
  return page(`backups of ${scope.orgId}`, args, {
    find: (seek) => scope.db.backup.findMany(foundById(where, seek)),
    count: () => scope.db.backup.count({ where }),
  });
}

/** Those of an environment that is there. */
export async function listEnvironmentBackups(scope: OrgScope, environmentId: string, args: PageArgs & BackupFilter) {
  const environment = await getEnvironment(scope, environmentId);
  return listBackups(scope, { ...args, environmentId: environment.id });
}
