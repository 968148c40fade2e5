import type {
  Operation as OperationRow,
  RestoreTest as RestoreTestRow,
  RestoreTestSchedule as ScheduleRow,
} from '../prisma/generated/client/client.ts';
import {
  deleteRestoreTestSchedule,
  getRestoreTest,
  getRestoreTestSchedule,
  listRestoreTests,
  runRestoreTest,
  setRestoreTestSchedule,
} from '../src/restore-tests/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';

const RestoreTestStatus = builder.enumType('RestoreTestStatus', {
  description: 'The status of a restore test. The last three are final.',
  values: {
    pending: { description: 'Waiting for a worker.' },
    running: { description: 'In progress.' },
    completed: { description: 'The backup was restored, Odoo answered, and all rows were there.' },
    failed: { description: 'It could not be restored, or not all of it; statusMessage gives the reason.' },
    cancelled: { description: 'Cancelled and cleaned up.' },
  } as const,
});

const RestoreTest = builder.objectRef<RestoreTestRow>('RestoreTest').implement({
  interfaces: [Node],
  description: 'A backup that was restored into throw-away containers to see whether it can be.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    environmentId: t.exposeID('environmentId', { description: 'The environment of the backup.' }),
    instanceId: t.exposeID('instanceId', { description: 'The instance of the backup.' }),
    instanceName: t.exposeString('instanceName', { description: 'Its name when the backup was taken.' }),
    backupId: t.exposeID('backupId', { description: 'The backup.' }),
    serverId: t.exposeID('serverId', { description: 'Where it was restored.' }),
    scheduled: t.boolean({
      description: 'Whether a schedule began it.',
      resolve: ({ scheduleId }) => scheduleId !== null,
    }),
    status: t.expose('status', { type: RestoreTestStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'Why it failed.' }),
    rtoSeconds: t.exposeInt('rtoSeconds', {
      nullable: true,
      description: 'Measured recovery time: from the beginning of the restore until Odoo answered.',
    }),
    rpoSeconds: t.exposeInt('rpoSeconds', {
      nullable: true,
      description: 'Measured recovery point: how old the backup was when the test began.',
    }),
    tablesChecked: t.exposeInt('tablesChecked', {
      nullable: true,
      description: 'How many tables had exactly the rows of the manifest.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested or due.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it began.' }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

const RestoreTestSchedule = builder.objectRef<ScheduleRow>('RestoreTestSchedule').implement({
  description: 'When the newest backup of an environment is tested, and where.',
  fields: (t) => ({
    environmentId: t.exposeID('environmentId', { description: 'The environment.' }),
    serverId: t.exposeID('serverId', { description: 'Where the tests run.' }),
    cron: t.exposeString('cron', { nullable: true, description: 'When, as cron has it; null with everyBackups.' }),
    timeZone: t.exposeString('timeZone', { description: 'The time zone of `cron`.' }),
    everyBackups: t.exposeInt('everyBackups', {
      nullable: true,
      description: 'After each so many completed backups; null with cron.',
    }),
    active: t.exposeBoolean('active', { description: 'Whether it begins tests.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const RestoreTestPayload = builder
  .objectRef<{ restoreTest: RestoreTestRow; operation: OperationRow }>('RestoreTestPayload')
  .implement({
    description: 'A restore test and the operation that runs it.',
    fields: (t) => ({
      restoreTest: t.field({ type: RestoreTest, description: 'The test.', resolve: (row) => row.restoreTest }),
      operation: t.field({
        type: Operation,
        description: 'The operation that was started.',
        resolve: (row) => row.operation,
      }),
    }),
  });

const RunRestoreTestInput = builder.inputType('RunRestoreTestInput', {
  description: 'What is tested, and where.',
  fields: (t) => ({
    serverId: t.id({
      required: true,
      description: 'The server that it is restored on. A server of its own keeps the load away from production.',
    }),
    backupId: t.id({ description: 'A completed backup of the environment. Default: the newest.' }),
  }),
});
const SetRestoreTestScheduleInput = builder.inputType('SetRestoreTestScheduleInput', {
  description: 'When and where. Give `cron` or `everyBackups`.',
  fields: (t) => ({
    serverId: t.id({ required: true, description: 'Where the tests run.' }),
    cron: t.string({
      description: 'Five fields, such as `0 4 * * 0` for Sundays at four. A missed time is caught up once.',
    }),
    timeZone: t.string({ description: 'The time zone of `cron`, such as `Europe/Berlin`. Default: UTC.' }),
    everyBackups: t.int({ description: 'After each so many completed backups, 1 to 1000.' }),
    active: t.boolean({ description: 'Whether it begins tests. Default: true.' }),
  }),
});
const environmentArg = { required: true as const, description: 'The environment.' };

builder.queryFields((t) => ({
  restoreTest: t.field({
    type: RestoreTest,
    authScopes: { permission: 'view:backups' },
    description: 'One restore test.',
    args: { id: t.arg.id({ required: true, description: 'The test.' }) },
    resolve: (_root, { id }, context) => getRestoreTest(orgScope(context), id),
  }),
  restoreTests: t.connection(
    {
      type: RestoreTest,
      authScopes: { permission: 'view:backups' },
      description: 'The restore tests of an environment, newest first.',
      args: {
        environmentId: t.arg.id(environmentArg),
        statuses: t.arg({ type: [RestoreTestStatus], description: 'Only tests with one of these statuses.' }),
      },
      resolve: async (_root, args, context) => connectionOf(await listRestoreTests(orgScope(context), args)),
    },
    { description: 'A page of restore tests.' },
    { description: 'One restore test of a page.' },
  ),
  restoreTestSchedule: t.field({
    type: RestoreTestSchedule,
    authScopes: { permission: 'view:backups' },
    description: 'When the backups of an environment are tested; `not_found` if they are not.',
    args: { environmentId: t.arg.id(environmentArg) },
    resolve: (_root, { environmentId }, context) => getRestoreTestSchedule(orgScope(context), environmentId),
  }),
}));

builder.mutationFields((t) => ({
  runRestoreTest: t.field({
    type: RestoreTestPayload,
    authScopes: { permission: 'manage:backups' },
    description:
      'Restores a backup of an environment into throw-away containers without a way out, starts Odoo there without scheduled actions, asks for its login page, compares all rows with the manifest, and removes everything.',
    args: {
      environmentId: t.arg.id(environmentArg),
      input: t.arg({ type: RunRestoreTestInput, required: true, description: 'Which backup, and where.' }),
    },
    resolve: (_root, { environmentId, input }, context) =>
      runRestoreTest(context.app, orgScope(context), environmentId, input),
  }),
  setRestoreTestSchedule: t.field({
    type: RestoreTestSchedule,
    authScopes: { permission: 'manage:backups' },
    description: 'Decides when the newest backup of an environment is tested by itself.',
    args: {
      environmentId: t.arg.id(environmentArg),
      input: t.arg({ type: SetRestoreTestScheduleInput, required: true, description: 'When and where.' }),
    },
    resolve: (_root, { environmentId, input }, context) =>
      setRestoreTestSchedule(context.app, orgScope(context), environmentId, input),
  }),
  deleteRestoreTestSchedule: t.field({
    type: RestoreTestSchedule,
    authScopes: { permission: 'manage:backups' },
    description: 'Backups of the environment are no longer tested by themselves.',
    args: { environmentId: t.arg.id(environmentArg) },
    resolve: (_root, { environmentId }, context) =>
      deleteRestoreTestSchedule(context.app, orgScope(context), environmentId),
  }),
}));
