import type { BackupSchedule as Row } from '../prisma/generated/client/client.ts';
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  type Kept,
  listSchedules,
  type Preset,
  previewRetention,
  runsAfter,
  schedulePresets,
  updateSchedule,
} from '../src/backup-schedules/index.ts';
import { Backup } from './backup.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';

const counts = {
  keepLast: 'The newest ones that are kept.',
  keepHourly: 'For how many hours with backups the newest of each is kept.',
  keepDaily: 'For how many days with backups the newest of each is kept.',
  keepWeekly: 'For how many weeks with backups the newest of each is kept.',
  keepMonthly: 'For how many months with backups the newest of each is kept.',
  keepYearly: 'For how many years with backups the newest of each is kept.',
} as const;

const BackupSchedule = builder.objectRef<Row>('BackupSchedule').implement({
  interfaces: [Node],
  description: 'When the instances of an environment are backed up, where to, and which backups are kept.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    environmentId: t.exposeID('environmentId', { description: 'The environment.' }),
    name: t.exposeString('name', { description: 'The name.' }),
    cron: t.exposeString('cron', { description: 'The cron expression: minute, hour, day, month, weekday.' }),
    timeZone: t.exposeString('timeZone', { description: 'The time zone of the cron expression.' }),
    jitterMinutes: t.exposeInt('jitterMinutes', {
      description: 'Up to how many minutes later a run begins, at random each time.',
    }),
    destinationId: t.exposeID('destinationId', { description: 'The backup destination.' }),
    copyDestinationId: t.exposeID('copyDestinationId', {
      nullable: true,
      description: 'The destination that each backup is copied to once it was read back; null for none.',
    }),
    includeFilestore: t.exposeBoolean('includeFilestore', { description: 'Whether the filestore is included.' }),
    keepLast: t.exposeInt('keepLast', { description: counts.keepLast }),
    keepHourly: t.exposeInt('keepHourly', { description: counts.keepHourly }),
    keepDaily: t.exposeInt('keepDaily', { description: counts.keepDaily }),
    keepWeekly: t.exposeInt('keepWeekly', { description: counts.keepWeekly }),
    keepMonthly: t.exposeInt('keepMonthly', { description: counts.keepMonthly }),
    keepYearly: t.exposeInt('keepYearly', { description: counts.keepYearly }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it runs.' }),
    nextRunAt: t.expose('nextRunAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it runs next; null while it is disabled.',
    }),
    upcomingRuns: t.field({
      type: ['DateTime'],
      description: 'The next five times of the cron expression, without the random minutes.',
      resolve: ({ cron, timeZone, enabled }) => (enabled ? runsAfter(cron, timeZone, new Date(), 5) : []),
    }),
    lastRunAt: t.expose('lastRunAt', { type: 'DateTime', nullable: true, description: 'When it last ran.' }),
    lastProblem: t.exposeString('lastProblem', {
      nullable: true,
      description: 'Why backups of the last run did not begin; null if all did.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const BackupSchedulePreset = builder.objectRef<Preset>('BackupSchedulePreset').implement({
  description: 'A schedule that fits most, as values for a new one.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Its key.' }),
    name: t.exposeString('name', { description: 'The name.' }),
    cron: t.exposeString('cron', { description: 'The cron expression.' }),
    jitterMinutes: t.exposeInt('jitterMinutes', { description: 'Up to how many minutes later a run begins.' }),
    keepLast: t.exposeInt('keepLast', { description: counts.keepLast }),
    keepHourly: t.exposeInt('keepHourly', { description: counts.keepHourly }),
    keepDaily: t.exposeInt('keepDaily', { description: counts.keepDaily }),
    keepWeekly: t.exposeInt('keepWeekly', { description: counts.keepWeekly }),
    keepMonthly: t.exposeInt('keepMonthly', { description: counts.keepMonthly }),
    keepYearly: t.exposeInt('keepYearly', { description: counts.keepYearly }),
  }),
});

const RetentionDecision = builder.objectRef<Kept>('RetentionDecision').implement({
  description: 'What a retention policy says of a backup.',
  fields: (t) => ({
    backup: t.expose('backup', { type: Backup, description: 'The backup.' }),
    kept: t.exposeBoolean('kept', { description: 'Whether it is kept.' }),
    reasons: t.exposeStringList('reasons', {
      description:
        'Why it is kept: `last`, `hourly`, `daily`, `weekly`, `monthly`, `yearly`, `oldest …` while a rule has not found as many as it may keep, `pinned`, `object lock`, `last good`. Empty if it is not.',
    }),
  }),
});

const keepDescription = (text: string, more: string): { description: string } => ({
  description: `${text} 0 to 1000. ${more}`,
});
const CreateBackupScheduleInput = builder.inputType('CreateBackupScheduleInput', {
  description:
    'A new backup schedule. Without any keep… field, the last, 7 daily, 4 weekly and 12 monthly backups are kept.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name, unique in the environment.' }),
    cron: t.string({
      required: true,
      description: 'The cron expression with five fields. At least 15 minutes must be between two runs.',
    }),
    destinationId: t.id({ required: true, description: 'The backup destination.' }),
    copyDestinationId: t.id({
      description: 'Another destination, to which each backup is copied. The same policy keeps the copies.',
    }),
    timeZone: t.string({ description: 'The time zone of the cron expression. Default: UTC.' }),
    jitterMinutes: t.int({ description: 'Up to how many minutes later a run begins, 0 to 240. Default: 0.' }),
    includeFilestore: t.boolean({ description: 'Whether the filestore is included. Default: true.' }),
    enabled: t.boolean({ description: 'Whether it runs. Default: true.' }),
    keepLast: t.int(keepDescription(counts.keepLast, 'Default: 0.')),
    keepHourly: t.int(keepDescription(counts.keepHourly, 'Default: 0.')),
    keepDaily: t.int(keepDescription(counts.keepDaily, 'Default: 0.')),
    keepWeekly: t.int(keepDescription(counts.keepWeekly, 'Default: 0.')),
    keepMonthly: t.int(keepDescription(counts.keepMonthly, 'Default: 0.')),
    keepYearly: t.int(keepDescription(counts.keepYearly, 'Default: 0.')),
  }),
});
const UpdateBackupScheduleInput = builder.inputType('UpdateBackupScheduleInput', {
  description: 'The changes. Absent fields keep their value. A new policy counts from the next backup on.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    cron: t.string({ description: 'A new cron expression.' }),
    destinationId: t.id({ description: 'Another backup destination. Earlier backups stay where they are.' }),
    copyDestinationId: t.id({ description: 'The destination of the copies. Null: backups are no longer copied.' }),
    timeZone: t.string({ description: 'A new time zone.' }),
    jitterMinutes: t.int({ description: 'Up to how many minutes later a run begins, 0 to 240.' }),
    includeFilestore: t.boolean({ description: 'Whether the filestore is included.' }),
    enabled: t.boolean({ description: 'Whether it runs.' }),
    keepLast: t.int(keepDescription(counts.keepLast, '')),
    keepHourly: t.int(keepDescription(counts.keepHourly, '')),
    keepDaily: t.int(keepDescription(counts.keepDaily, '')),
    keepWeekly: t.int(keepDescription(counts.keepWeekly, '')),
    keepMonthly: t.int(keepDescription(counts.keepMonthly, '')),
    keepYearly: t.int(keepDescription(counts.keepYearly, '')),
  }),
});
const idArg = { required: true as const, description: 'The schedule.' };
const environmentArg = { required: true as const, description: 'The environment.' };

builder.queryFields((t) => ({
  backupSchedule: t.field({
    type: BackupSchedule,
    authScopes: { permission: 'view:backups' },
    description: 'One backup schedule.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getSchedule(orgScope(context), id),
  }),
  backupSchedules: t.connection(
    {
      type: BackupSchedule,
      authScopes: { permission: 'view:backups' },
      description: 'The backup schedules of an environment, newest first.',
      args: { environmentId: t.arg.id(environmentArg) },
      resolve: async (_root, { environmentId, ...args }, context) =>
        connectionOf(await listSchedules(orgScope(context), environmentId, args)),
    },
    { description: 'A page of backup schedules.' },
    { description: 'One backup schedule of a page.' },
  ),
  backupSchedulePresets: t.field({
    type: [BackupSchedulePreset],
    authScopes: { permission: 'view:backups' },
    description: 'Schedules that fit most.',
    resolve: () => [...schedulePresets],
  }),
  backupRetentionPreview: t.field({
    type: [RetentionDecision],
    authScopes: { permission: 'view:backups' },
    description:
      'What would be kept of the completed backups of a schedule, by its own policy or, with keep… arguments, by another. Deletes nothing.',
    args: {
      id: t.arg.id(idArg),
      keepLast: t.arg.int(keepDescription(counts.keepLast, '')),
      keepHourly: t.arg.int(keepDescription(counts.keepHourly, '')),
      keepDaily: t.arg.int(keepDescription(counts.keepDaily, '')),
      keepWeekly: t.arg.int(keepDescription(counts.keepWeekly, '')),
      keepMonthly: t.arg.int(keepDescription(counts.keepMonthly, '')),
      keepYearly: t.arg.int(keepDescription(counts.keepYearly, '')),
    },
    resolve: (_root, { id, ...policy }, context) => previewRetention(orgScope(context), id, policy),
  }),
}));

builder.mutationFields((t) => ({
  createBackupSchedule: t.field({
    type: BackupSchedule,
    authScopes: { permission: 'manage:backups' },
    description: 'Adds a schedule by which the instances of an environment are backed up.',
    args: {
      environmentId: t.arg.id(environmentArg),
      input: t.arg({ type: CreateBackupScheduleInput, required: true, description: 'The schedule.' }),
    },
    resolve: (_root, { environmentId, input }, context) =>
      createSchedule(context.app, orgScope(context), environmentId, input),
  }),
  updateBackupSchedule: t.field({
    type: BackupSchedule,
    authScopes: { permission: 'manage:backups' },
    description: 'Changes a backup schedule.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateBackupScheduleInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateSchedule(context.app, orgScope(context), id, input),
  }),
  deleteBackupSchedule: t.field({
    type: BackupSchedule,
    authScopes: { permission: 'manage:backups' },
    description: 'Deletes a backup schedule. Its backups stay, and retention no longer deletes any of them.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteSchedule(context.app, orgScope(context), id),
  }),
}));
