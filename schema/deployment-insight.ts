import {
  type DeploymentStatistics as Statistics,
  deploymentStatistics,
  type RollbackPreview as Preview,
  rollbackPreview,
  type TableLoss,
} from '../src/deployments/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';

const DeploymentStatistics = builder.objectRef<Statistics>('DeploymentStatistics').implement({
  description:
    'What the deployments that ended in the last days say of how a project is delivered. Dry runs do not count.',
  fields: (t) => ({
    days: t.exposeInt('days', { description: 'Over how many days.' }),
    total: t.exposeInt('total', { description: 'The deployments that ended: the newest 5000 at most.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Those that succeeded.' }),
    failed: t.exposeInt('failed', { description: 'Those that failed before anything was changed.' }),
    rolledBack: t.exposeInt('rolledBack', { description: 'Those that failed on their way and were rolled back.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Those that were cancelled or replaced by newer ones.' }),
    perDay: t.exposeFloat('perDay', { description: 'Successful deployments a day.' }),
    failureRate: t.exposeFloat('failureRate', {
      nullable: true,
      description: 'The share that failed or was rolled back, of all but the cancelled ones, 0 to 1; null without one.',
    }),
    medianDurationMs: t.exposeFloat('medianDurationMs', {
      nullable: true,
      description: 'The median of the milliseconds that successful ones took; null without one.',
    }),
    medianDowntimeMs: t.exposeInt('medianDowntimeMs', {
      nullable: true,
      description: 'The median of the milliseconds that Odoo did not serve in successful ones; null without one.',
    }),
    meanTimeToRestoreMs: t.exposeFloat('meanTimeToRestoreMs', {
      nullable: true,
      description:
        'The mean of the milliseconds from a deployment that failed to the next one of the instance that succeeded; null without one.',
    }),
  }),
});

const TableRowLoss = builder.objectRef<TableLoss>('TableRowLoss').implement({
  description: 'A table that has more rows now than in a snapshot.',
  fields: (t) => ({
    table: t.exposeString('table', { description: 'Its name, as `schema.table`.' }),
    rowsThen: t.exposeFloat('rowsThen', { description: 'Its rows in the snapshot.' }),
    rowsNow: t.exposeFloat('rowsNow', { description: 'Its rows now.' }),
  }),
});

const RollbackPreview = builder.objectRef<Preview>('RollbackPreview').implement({
  description: 'What a rollback with its data would lose.',
  fields: (t) => ({
    deploymentId: t.exposeID('deploymentId', { description: 'The deployment that would be gone back to.' }),
    snapshotId: t.exposeID('snapshotId', {
      nullable: true,
      description:
        'The backup with the data as they were when it served last. Null: there is none, so only code_only is possible.',
    }),
    snapshotTakenAt: t.expose('snapshotTakenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that was taken: everything that was written since would be lost.',
    }),
    secondsSinceSnapshot: t.exposeInt('secondsSinceSnapshot', {
      nullable: true,
      description: 'The seconds since then.',
    }),
    rowsLost: t.exposeFloat('rowsLost', {
      nullable: true,
      description: 'The rows that the tables have more of now. Rows that were only changed are not counted.',
    }),
    tables: t.field({
      type: [TableRowLoss],
      description: 'The tables with the most of them, up to 20.',
      resolve: ({ tables }) => tables,
    }),
  }),
});

builder.queryFields((t) => ({
  deploymentStatistics: t.field({
    type: DeploymentStatistics,
    authScopes: { permission: 'view:deployments' },
    description: 'How often a project is deployed, how often that fails, and how long it takes.',
    args: {
      projectId: t.arg.id({ required: true, description: 'The project.' }),
      environmentId: t.arg.id({ description: 'Only deployments to this environment.' }),
      days: t.arg.int({ description: 'Over the last so many days, 1 to 365. Default: 30.' }),
    },
    resolve: (_root, { projectId, ...given }, context) => deploymentStatistics(orgScope(context), projectId, given),
  }),
  rollbackPreview: t.field({
    type: RollbackPreview,
    authScopes: { permission: 'view:deployments' },
    description:
      'What a rollback to a deployment with its data would lose, by the rows of all tables then and now. PostgreSQL must run. Also needs view:databases.',
    args: { deploymentId: t.arg.id({ required: true, description: 'The deployment.' }) },
    resolve: (_root, { deploymentId }, context) => rollbackPreview(context.app, orgScope(context), deploymentId),
  }),
}));
