import type { Deployment as DeploymentRow } from '../prisma/generated/client/client.ts';
import { cancelDeployment, requestDeployment, requestRollback } from '../src/deployments/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { Deployment, deploymentIdArg, RollbackMode } from './deployment.ts';
import { startedOperationOf } from './deployment-loaders.ts';
import { Operation } from './operation.ts';

interface Changed {
  deployment: DeploymentRow;
  message: string;
}

function begun(deployment: DeploymentRow): Changed {
  const { operationId, dryRun, trigger } = deployment;
  const subject = dryRun ? 'Dry run' : trigger === 'rollback' ? 'Rollback' : 'Deployment';
  const becomes = operationId === null ? 'waits for what works on the instance now' : 'in progress';
  return { deployment, message: `${subject} ${becomes}` };
}

function ending(deployment: DeploymentRow): Changed {
  const isOver = deployment.status === 'cancelled';
  return { deployment, message: isOver ? 'Deployment cancelled' : 'Cancellation in progress' };
}

const DeploymentPayload = builder.objectRef<Changed>('DeploymentPayload').implement({
  description: 'A deployment and the operation that works on it.',
  fields: (t) => ({
    deployment: t.field({ type: Deployment, description: 'The deployment.', resolve: (row) => row.deployment }),
    operation: t.field({
      type: Operation,
      nullable: true,
      description:
        'The operation that works on it. Null while the deployment waits for another one of the instance, or was cancelled while it did.',
      resolve: (row, _args, context) => startedOperationOf(context, row.deployment),
    }),
    message: t.exposeString('message', { description: 'What becomes of it.' }),
  }),
});

const DeployInput = builder.inputType('DeployInput', {
  description: 'What is deployed, and where to. Name a branch, a tag or a commit of the first repository, or none.',
  fields: (t) => ({
    instanceId: t.id({ description: 'The instance. Required if the project or the environment has several.' }),
    environmentId: t.id({ description: 'The environment of the instance.' }),
    branch: t.string({
      description:
        'A branch of the first repository. Default, without tag and commitSha: the branch of the environment, or else the one that the repository follows.',
    }),
    tag: t.string({ description: 'A tag of the first repository.' }),
    commitSha: t.string({ description: 'A commit of the first repository: all of its 40 or 64 hexadecimal digits.' }),
    updateAll: t.boolean({ description: 'Whether to update all modules, changed or not. Default: false.' }),
    install: t.stringList({ description: 'Modules to install with it, up to 50, by their technical names.' }),
    snapshot: t.boolean({
      description: 'Whether to take a snapshot before. Default: where the database changes.',
    }),
    dryRun: t.boolean({ description: 'Whether only to find out what it would do. Default: false.' }),
  }),
});
const RollbackInput = builder.inputType('RollbackInput', {
  description: 'What to go back to: a deployment, or what served before a snapshot was taken.',
  fields: (t) => ({
    deploymentId: t.id({ description: 'A deployment of the environment that succeeded. Leave out snapshotId then.' }),
    snapshotId: t.id({
      description: 'The snapshot of a deployment: goes back to what served before it. Leave out deploymentId then.',
    }),
    mode: t.field({ type: RollbackMode, description: 'What to bring back. Default: code_and_database.' }),
    createSafetySnapshot: t.boolean({
      description: 'Whether to take a snapshot of the present data first. Default: true.',
    }),
    confirmName: t.string({
      description:
        'The exact name of the instance. Required for code_and_database if it is protected or in production; a wrong name is always refused.',
    }),
  }),
});
const manage = { permission: 'manage:deployments' } as const;

builder.mutationFields((t) => ({
  deploy: t.field({
    type: DeploymentPayload,
    authScopes: manage,
    description:
      'Deploys the code of a project to one of its instances: the first repository at a branch, tag or commit, the others at the branches that they follow. What serves goes on until the new version is healthy; where modules are updated, Odoo is stopped and works on a copy of the data. If anything fails, the code and the data from before serve. While something else works on the instance, it waits, and a newer one takes its place. Also needs manage:instance_code.',
    args: {
      projectId: t.arg.id({ required: true, description: 'The project.' }),
      input: t.arg({ type: DeployInput, required: true, description: 'What, and where to.' }),
    },
    resolve: async (_root, { projectId, input }, context) =>
      begun(await requestDeployment(context.app, orgScope(context), projectId, input)),
  }),
  rollbackEnvironment: t.field({
    type: DeploymentPayload,
    authScopes: manage,
    description:
      'Goes back to an earlier deployment of an environment: its code, and with code_and_database also the data as they were when it served last. Everything that was written since is lost then; rollbackPreview tells how much. Also needs manage:instance_code, and manage:databases for the data.',
    args: {
      environmentId: t.arg.id({ required: true, description: 'The environment.' }),
      input: t.arg({ type: RollbackInput, required: true, description: 'What to go back to.' }),
    },
    resolve: async (_root, { environmentId, input }, context) =>
      begun(await requestRollback(context.app, orgScope(context), environmentId, input)),
  }),
  cancelDeployment: t.field({
    type: DeploymentPayload,
    authScopes: manage,
    description:
      'Cancels a deployment. One that waits ends at once; of one that has begun, the code and the data from before serve when its operation has ended.',
    args: { id: t.arg.id(deploymentIdArg) },
    resolve: async (_root, { id }, context) => ending(await cancelDeployment(context.app, orgScope(context), id)),
  }),
}));
