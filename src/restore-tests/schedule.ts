import type { RestoreTestSchedule } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { getEnvironment } from '../projects/index.ts';
import { serverForProject } from '../servers/index.ts';
import { scheduleInput } from './fields.ts';
import { getRestoreTestSchedule } from './rows.ts';

/** Decides when the backups of an environment are tested, and where. */
export async function setRestoreTestSchedule(
  app: App,
  scope: OrgScope,
  environmentId: string,
  given: unknown,
): Promise<RestoreTestSchedule> {
  const input = parse(scheduleInput, given);
  const environment = await getEnvironment(scope, environmentId);
  const server = await serverForProject(scope, input.serverId, environment.projectId);
  const data = {
    serverId: server.id,
    cron: input.cron ?? null,
    timeZone: input.timeZone ?? 'UTC',
    everyBackups: input.everyBackups ?? null,
    active: input.active ?? true,
    countedFrom: new Date(),
  };
  const { orgId } = scope;
  return mutate(app, scope, async ({ tx, record }) => {
    const schedule = await tx.restoreTestSchedule.upsert({
      where: { environmentId: environment.id },
      create: { id: newId(), orgId, projectId: environment.projectId, environmentId: environment.id, ...data },
      update: data,
    });
    const { serverId, cron, timeZone, everyBackups, active } = schedule;
    await record({
      action: 'restore_test.schedule_changed',
      resource: 'restore_test_schedule',
      resourceId: schedule.id,
      resourceName: environment.name,
      projectId: environment.projectId,
      after: { serverId, cron, timeZone, everyBackups, active },
    });
    return schedule;
  });
}

export async function deleteRestoreTestSchedule(app: App, scope: OrgScope, environmentId: string) {
  const schedule = await getRestoreTestSchedule(scope, environmentId);
  const environment = await getEnvironment(scope, environmentId);
  return mutate(app, scope, async ({ tx, record }) => {
    await tx.restoreTestSchedule.delete({ where: { id: schedule.id, orgId: scope.orgId } });
    await record({
      action: 'restore_test.schedule_deleted',
      resource: 'restore_test_schedule',
      resourceId: schedule.id,
      resourceName: environment.name,
      projectId: environment.projectId,
    });
    return schedule;
  });
}
