import type { BackupSchedule } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireProject } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { AppError, notFound, validationError } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { getEnvironment } from '../projects/index.ts';
import { createInput, updateInput } from './fields.ts';
import type { Policy } from './gfs.ts';
import { factAbout, getSchedule, policyOf, shown } from './rows.ts';
import { nextRun } from './timing.ts';

const mostSchedules = 20;
const noPolicy: Policy = { keepLast: 0, keepHourly: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0 };
/** What is kept where nothing is said. */
const usual: Policy = { ...noPolicy, keepLast: 1, keepDaily: 7, keepWeekly: 4, keepMonthly: 12 };

type GivenPolicy = { [Name in keyof Policy]?: number | null | undefined };

/** The policy after a change; what is not named stays. Some of them must keep something. */
function policyAfter(given: GivenPolicy, before: Policy): Policy {
  const policy = {
    keepLast: given.keepLast ?? before.keepLast,
    keepHourly: given.keepHourly ?? before.keepHourly,
    keepDaily: given.keepDaily ?? before.keepDaily,
    keepWeekly: given.keepWeekly ?? before.keepWeekly,
    keepMonthly: given.keepMonthly ?? before.keepMonthly,
    keepYearly: given.keepYearly ?? before.keepYearly,
  };
  if (Object.values(policy).some((count) => count > 0)) return policy;
  throw validationError([
    { field: 'keepLast', constraint: 'min', message: 'keepLast: at least one of the keep… fields must be above 0' },
  ]);
}

const namesPolicy = (given: GivenPolicy): boolean =>
  Object.values(policyGiven(given)).some((count) => typeof count === 'number');
const policyGiven = (given: GivenPolicy): GivenPolicy => ({
  keepLast: given.keepLast,
  keepHourly: given.keepHourly,
  keepDaily: given.keepDaily,
  keepWeekly: given.keepWeekly,
  keepMonthly: given.keepMonthly,
  keepYearly: given.keepYearly,
});

/** A destination that the instances of the environment reach. */
async function requireDestination(
  tx: Tx,
  orgId: string,
  environmentId: string,
  id: string,
  field: 'destinationId' | 'copyDestinationId' = 'destinationId',
): Promise<void> {
  const destination = isId(id) ? await tx.backupDestination.findFirst({ where: { id, orgId } }) : null;
  if (!destination) throw notFound('backup_destination', id);
  if (destination.serverId === null) return;
  const elsewhere = await tx.instance.findFirst({
    where: { orgId, environmentId, status: { not: 'removed' }, serverId: { not: destination.serverId } },
  });
  if (!elsewhere) return;
  throw validationError([
    {
      field,
      constraint: 'server',
      message: `${field}: is a directory of another server than that of the instance ${elsewhere.name}; choose one on S3, on SFTP or on the same server`,
    },
  ]);
}

/** Another destination than the first: a copy in the same place is none. */
async function requireCopyDestination(
  tx: Tx,
  { orgId, environmentId }: { orgId: string; environmentId: string },
  destinationId: string,
  copyDestinationId: string | null,
): Promise<void> {
  const field = 'copyDestinationId' as const;
  if (copyDestinationId === null) return;
  if (copyDestinationId === destinationId)
    throw validationError([{ field, constraint: 'different', message: `${field}: must not be destinationId itself` }]);
  await requireDestination(tx, orgId, environmentId, copyDestinationId, field);
}

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    if (uniqueViolation(error) === undefined || error instanceof AppError) throw error;
    throw new AppError('conflict', `The environment already has a backup schedule named ${name}`, {
      field: 'name',
      constraint: 'unique',
    });
  };

/** Adds a schedule by which the instances of an environment are backed up. */
export async function createSchedule(
  app: App,
  scope: OrgScope,
  environmentId: string,
  given: unknown,
): Promise<BackupSchedule> {
  const input = parse(createInput, given);
  const environment = await getEnvironment(scope, environmentId);
  requireProject(scope, environment.projectId);
  const policy = policyAfter(input, namesPolicy(input) ? noPolicy : usual);
  return mutate(app, scope, async ({ tx, record }) => {
    if ((await tx.backupSchedule.count({ where: { environmentId: environment.id } })) >= mostSchedules)
      throw new AppError('conflict', `An environment can have up to ${mostSchedules} backup schedules`, {
        constraint: 'max',
        maximum: mostSchedules,
      });
    await requireDestination(tx, scope.orgId, environment.id, input.destinationId);
    const copyDestinationId = input.copyDestinationId ?? null;
    const at = { orgId: scope.orgId, environmentId: environment.id };
    await requireCopyDestination(tx, at, input.destinationId, copyDestinationId);
    const timing = {
      cron: input.cron,
      timeZone: input.timeZone ?? 'UTC',
      jitterMinutes: input.jitterMinutes ?? 0,
    };
    const enabled = input.enabled ?? true;
    const row = await tx.backupSchedule.create({
      data: {
        id: newId(),
        orgId: scope.orgId,
        projectId: environment.projectId,
        environmentId: environment.id,
        name: input.name,
        ...timing,
        destinationId: input.destinationId,
        copyDestinationId,
        includeFilestore: input.includeFilestore ?? true,
        ...policy,
        enabled,
        nextRunAt: enabled ? nextRun(timing, new Date()) : null,
      },
    });
    await record({ action: 'backup_schedule.created', ...factAbout(row), after: shown(row) });
    return row;
  }).catch(nameTaken(input.name));
}

/** Changes a schedule. Another policy counts from the next backup on: nothing is deleted at once. */
export async function updateSchedule(app: App, scope: OrgScope, id: string, given: unknown): Promise<BackupSchedule> {
  const input = parse(updateInput, given);
  const before = await getSchedule(scope, id);
  const policy = policyAfter(input, policyOf(before));
  const timing = {
    cron: input.cron ?? before.cron,
    timeZone: input.timeZone ?? before.timeZone,
    jitterMinutes: input.jitterMinutes ?? before.jitterMinutes,
  };
  const enabled = input.enabled ?? before.enabled;
  const isTimed = Boolean(input.cron ?? input.timeZone ?? input.jitterMinutes) || enabled !== before.enabled;
  return mutate(app, scope, async ({ tx, record }) => {
    if (input.destinationId) await requireDestination(tx, scope.orgId, before.environmentId, input.destinationId);
    const destinationId = input.destinationId ?? before.destinationId;
    // Null takes it away.
    const copyDestinationId =
      input.copyDestinationId === undefined ? before.copyDestinationId : input.copyDestinationId;
    await requireCopyDestination(tx, before, destinationId, copyDestinationId);
    const row = await tx.backupSchedule.update({
      where: { id, orgId: scope.orgId },
      data: {
        name: input.name ?? before.name,
        ...timing,
        destinationId,
        copyDestinationId,
        includeFilestore: input.includeFilestore ?? before.includeFilestore,
        ...policy,
        enabled,
        ...(isTimed ? { nextRunAt: enabled ? nextRun(timing, new Date()) : null, dueAt: null } : {}),
      },
    });
    await record({ action: 'backup_schedule.updated', ...factAbout(row), before: shown(before), after: shown(row) });
    return row;
  }).catch(nameTaken(input.name ?? before.name));
}

/** Deletes a schedule. Its backups stay, and retention no longer deletes any of them. */
export async function deleteSchedule(app: App, scope: OrgScope, id: string): Promise<BackupSchedule> {
  const row = await getSchedule(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    await tx.backupSchedule.delete({ where: { id, orgId: scope.orgId } });
    await record({ action: 'backup_schedule.deleted', ...factAbout(row), before: shown(row) });
    return row;
  });
}
