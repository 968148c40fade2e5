import type { BackupSchedule } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable } from '../access/scope.ts';
import { isId } from '../ids.ts';
import { foundById, page, type PageArgs } from '../lists.ts';
import { getEnvironment } from '../projects/index.ts';
import type { Policy } from './gfs.ts';

export async function getSchedule(scope: OrgScope, id: string): Promise<BackupSchedule> {
  const row = isId(id) ? await scope.db.backupSchedule.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'backup_schedule', id, row, ({ projectId }) => projectId);
}

export async function listSchedules(scope: OrgScope, environmentId: string, args: PageArgs) {
  const environment = await getEnvironment(scope, environmentId);
  const where = { orgId: scope.orgId, environmentId: environment.id };
  return page(`backup schedules of ${environment.id}`, args, {
    find: (seek) => scope.db.backupSchedule.findMany(foundById(where, seek)),
    count: () => scope.db.backupSchedule.count({ where }),
  });
}

export const policyOf = (row: Policy): Policy => ({
  keepLast: row.keepLast,
  keepHourly: row.keepHourly,
  keepDaily: row.keepDaily,
  keepWeekly: row.keepWeekly,
  keepMonthly: row.keepMonthly,
  keepYearly: row.keepYearly,
});

export const shown = (row: BackupSchedule) => ({
  environmentId: row.environmentId,
  name: row.name,
  cron: row.cron,
  timeZone: row.timeZone,
  destinationId: row.destinationId,
  copyDestinationId: row.copyDestinationId,
  enabled: row.enabled,
  keep: policyOf(row),
});

export const factAbout = (row: BackupSchedule) => ({
  resource: 'backup_schedule',
  resourceId: row.id,
  resourceName: row.name,
  projectId: row.projectId,
});
