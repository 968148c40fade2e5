import type { Deployment as DeploymentRow } from '../prisma/generated/client/client.ts';
import { findingsOf, planOf, sourcesOf } from '../src/deployments/index.ts';
import { builder } from './builder.ts';
import { isServing, operationOf } from './deployment-loaders.ts';
import { DeploymentFinding, DeploymentPlan, DeploymentSource } from './deployment-plan.ts';
import { Environment } from './environment.ts';
import { visibleEnvironment } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';

export const DeploymentStatus = builder.enumType('DeploymentStatus', {
  description: 'The status of a deployment. The last four are final.',
  values: {
    queued: { description: 'Waiting for a worker, or for what works on the instance now.' },
    building: { description: 'Commits are fetched, addons are found, an image may be built: nothing has changed yet.' },
    deploying: { description: 'The new version is brought to the instance.' },
    succeeded: { description: 'The new version serves. Of a dry run: its plan is there.' },
    failed: { description: 'It ended before anything was changed; statusMessage gives the reason.' },
    cancelled: { description: 'It was cancelled, or replaced by a newer one, before anything was changed.' },
    rolled_back: {
      description: 'It failed or was cancelled on its way: the code and the data from before serve again.',
    },
  } as const,
});
export const DeploymentTrigger = builder.enumType('DeploymentTrigger', {
  description: 'What a deployment was asked for by.',
  values: {
    manual: { description: 'Somebody asked for it.' },
    push: { description: 'A push to a branch that goes to the environment.' },
    rollback: { description: 'Somebody asked to go back to an earlier deployment.' },
  } as const,
});
export const RollbackMode = builder.enumType('RollbackMode', {
  description: 'What a rollback brings back.',
  values: {
    code_only: { description: 'The code. The data stay as they are.' },
    code_and_database: {
      description: 'The code, and the data as they were when it served last. What was written since is lost.',
    },
  } as const,
});

export const Deployment = builder.objectRef<DeploymentRow>('Deployment').implement({
  interfaces: [Node],
  description: 'Code of one commit that is brought to an instance, or the way back to an earlier one.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    projectId: t.exposeID('projectId', { description: 'The project that it belongs to.' }),
    environmentId: t.exposeID('environmentId', { description: 'The environment, which may be gone.' }),
    environment: t.field({
      type: Environment,
      nullable: true,
      description: 'The environment; null if it is gone, or without the permission view:environments.',
      resolve: (row, _args, context) => visibleEnvironment(context, row.environmentId, row.projectId),
    }),
    instanceId: t.exposeID('instanceId', { description: 'The instance, which may be gone.' }),
    instanceName: t.exposeString('instanceName', { description: 'The name that the instance had.' }),
    serverId: t.exposeID('serverId', { description: 'The server that the instance was on.' }),
    status: t.expose('status', { type: DeploymentStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'The reason for the status.' }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'The code of the error that ended it, such as module_update_failed; null without one.',
    }),
    trigger: t.expose('trigger', { type: DeploymentTrigger, description: 'What it was asked for by.' }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether it only finds out what it would do.' }),
    operationId: t.exposeID('operationId', {
      nullable: true,
      description: 'The operation that works on it, or worked; null while it waits for another one of the instance.',
    }),
    operation: t.field({
      type: Operation,
      nullable: true,
      description:
        'The operation that works on it, or worked; null while it waits, or without the permission view:operations.',
      resolve: (row, _args, context) => operationOf(context, row),
    }),
    branch: t.exposeString('branch', { nullable: true, description: 'The branch that was asked for.' }),
    tag: t.exposeString('tag', { nullable: true, description: 'The tag that was asked for.' }),
    commitSha: t.exposeString('commitSha', {
      nullable: true,
      description: 'The commit of the first repository; null until it is known.',
    }),
    commitMessage: t.exposeString('commitMessage', {
      nullable: true,
      description: 'The first line of the message of that commit.',
    }),
    commitAuthor: t.exposeString('commitAuthor', { nullable: true, description: 'Who wrote that commit.' }),
    committedAt: t.expose('committedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that commit was made.',
    }),
    updateAll: t.exposeBoolean('updateAll', { description: 'Whether all modules were to be updated, changed or not.' }),
    install: t.exposeStringList('install', { description: 'The modules that were to be installed with it.' }),
    snapshotRequested: t.exposeBoolean('snapshot', {
      nullable: true,
      description: 'Whether a snapshot was to be taken before. Null: where the database changes.',
    }),
    sources: t.field({
      type: [DeploymentSource],
      description: 'The commits of all repositories, in their order; empty until they are fetched.',
      resolve: (row) => {
        const { previousId, projectId } = row;
        return sourcesOf(row).map((source) => ({ ...source, previousId, projectId }));
      },
    }),
    plan: t.field({
      type: DeploymentPlan,
      nullable: true,
      description: 'What it changes; null until that is found out.',
      resolve: planOf,
    }),
    findings: t.field({
      type: [DeploymentFinding],
      description: 'What oCore or Odoo complained about in the code.',
      resolve: findingsOf,
    }),
    image: t.exposeString('image', {
      nullable: true,
      description: 'The image that was built for it; null where that of the instance is enough.',
    }),
    snapshotId: t.exposeID('snapshotId', {
      nullable: true,
      description: 'The backup that was taken before; null without one.',
    }),
    previousId: t.exposeID('previousId', {
      nullable: true,
      description: 'The deployment that served before; null if there was none.',
    }),
    rollbackMode: t.expose('rollbackMode', {
      type: RollbackMode,
      nullable: true,
      description: 'What a rollback brings back; null for other deployments.',
    }),
    targetId: t.exposeID('targetId', {
      nullable: true,
      description: 'The deployment that a rollback goes back to; null where the image alone served.',
    }),
    restoreId: t.exposeID('restoreId', {
      nullable: true,
      description: 'The backup whose data a rollback brings back; null with code alone.',
    }),
    downtimeMs: t.exposeInt('downtimeMs', {
      nullable: true,
      description: 'For how many milliseconds Odoo did not serve; null until that is known.',
    }),
    durationMs: t.float({
      nullable: true,
      description: 'The milliseconds that it took; null until it has ended, and if it never began.',
      resolve: ({ startedAt, completedAt }) =>
        startedAt && completedAt ? completedAt.getTime() - startedAt.getTime() : null,
    }),
    serving: t.boolean({
      description: 'Whether its code is what the instance runs.',
      resolve: (row, _args, context) => isServing(context, row),
    }),
    createdById: t.exposeID('createdById', {
      nullable: true,
      description: 'Who asked for it: a user or an API key; null for a push.',
    }),
    createdByName: t.exposeString('createdByName', { nullable: true, description: 'The name that they had.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When a worker began it.' }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});
export const deploymentIdArg = { required: true as const, description: 'The deployment.' };
