import type { BackupSchedule } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { found } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { foundById, idFilter, page, type PageArgs } from '../lists.ts';

export const alertTypes = ['failed', 'missed', 'shrunken', 'stale'] as const;
export type AlertType = (typeof alertTypes)[number];

interface NewAlert {
  alertType: AlertType;
  message: string;
  instance: { id: string; name: string } | null;
  backupId: string | null;
}

/** Tells of something once: of one backup there is one alert of a kind. */
export async function raise(
  { tx, record }: Pick<Mutation, 'tx' | 'record'>,
  schedule: BackupSchedule,
  { alertType, message, instance, backupId }: NewAlert,
): Promise<void> {
  const id = newId();
  const { orgId, projectId, environmentId } = schedule;
  const { count } = await tx.backupAlert.createMany({
    data: [
      {
        id,
        orgId,
        projectId,
        environmentId,
        instanceId: instance?.id ?? null,
        instanceName: instance?.name ?? null,
        scheduleId: schedule.id,
        backupId,
        alertType,
        message,
      },
    ],
    skipDuplicates: true,
  });
  if (count === 0) return;
  await record({
    action: 'backup_alert.created',
    resource: 'backup_alert',
    resourceId: id,
    resourceName: schedule.name,
    projectId,
    after: { alertType, message, environmentId, instanceId: instance?.id ?? null, scheduleId: schedule.id, backupId },
  });
}

export async function getAlert(scope: OrgScope, id: string) {
  const row = isId(id) ? await scope.db.backupAlert.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'backup_alert', id, row, ({ projectId }) => projectId);
}

export interface AlertFilter {
  includeDismissed?: boolean | null | undefined;
  environmentId?: string | null | undefined;
}

const seen = (scope: OrgScope) => ({ orgId: scope.orgId, projectId: seenProjects(scope) });

export function listAlerts(scope: OrgScope, args: PageArgs & AlertFilter) {
  const where = {
    ...seen(scope),
    environmentId: idFilter(args.environmentId),
    ...(args.includeDismissed ? {} : { dismissedAt: null }),
  };
  return page(`backup alerts of ${scope.orgId}`, args, {
    find: (seek) => scope.db.backupAlert.findMany(foundById(where, seek)),
    count: () => scope.db.backupAlert.count({ where }),
  });
}

export async function countAlerts(scope: OrgScope): Promise<{ undismissed: number; unread: number }> {
  const where = { ...seen(scope), dismissedAt: null };
  return {
    undismissed: await scope.db.backupAlert.count({ where }),
    unread: await scope.db.backupAlert.count({ where: { ...where, readAt: null } }),
  };
}

/** Marks an alert as read, or dismisses it, for everybody in the organization. What is so already stays as it is. */
export async function markAlert(app: App, scope: OrgScope, id: string, as: 'read' | 'dismissed') {
  const before = await getAlert(scope, id);
  if (before.readAt !== null && (as === 'read' || before.dismissedAt !== null)) return before;
  return mutate(app, scope, async ({ tx, record }) => {
    const where = { id, orgId: scope.orgId };
    const now = new Date();
    await tx.backupAlert.updateMany({ where: { ...where, readAt: null }, data: { readAt: now } });
    if (as === 'dismissed')
      await tx.backupAlert.updateMany({ where: { ...where, dismissedAt: null }, data: { dismissedAt: now } });
    const row = found(await tx.backupAlert.findFirst({ where }), 'backup_alert', id);
    await record({
      action: as === 'read' ? 'backup_alert.read' : 'backup_alert.dismissed',
      resource: 'backup_alert',
      resourceId: id,
      projectId: row.projectId,
    });
    return row;
  });
}
