import type { Deployment as DeploymentRow } from '../prisma/generated/client/client.ts';
import { deploymentsById, getDeployment, listDeployments, listProjectDeployments } from '../src/deployments/index.ts';
import { SharedReads } from '../src/events/shared-reads.ts';
import type { OrgScope } from '../src/access/scope.ts';
import { getEnvironment, getProject } from '../src/projects/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Deployment, deploymentIdArg, DeploymentStatus, DeploymentTrigger } from './deployment.ts';
import { watch } from './watch.ts';
import { afterArg, type Changed, ChangeKind, watchAll } from './watch-all.ts';

const DeploymentPage = builder.connectionObject(
  { type: Deployment, name: 'QueryDeploymentsConnection', description: 'A page of deployments.' },
  { name: 'QueryDeploymentsConnectionEdge', description: 'One deployment of a page.' },
);
const filters = builder.args((t) => ({
  instanceId: t.id({ description: 'Only deployments to this instance.' }),
  statuses: t.field({ type: [DeploymentStatus], description: 'Only deployments with one of these statuses.' }),
  triggers: t.field({ type: [DeploymentTrigger], description: 'Only deployments that one of these asked for.' }),
  dryRun: t.boolean({ description: 'Only dry runs, which are left out otherwise.' }),
}));
const ofEnvironment = { description: 'Only deployments to this environment.' };
const view = { permission: 'view:deployments' } as const;

builder.queryFields((t) => ({
  deployment: t.field({
    type: Deployment,
    authScopes: view,
    description: 'One deployment.',
    args: { id: t.arg.id(deploymentIdArg) },
    resolve: (_root, { id }, context) => getDeployment(orgScope(context), id),
  }),
  deployments: t.connection(
    {
      type: Deployment,
      authScopes: view,
      description: 'All deployments, the newest first, also those of instances and environments that are gone.',
      args: {
        projectId: t.arg.id({ description: 'Only deployments of this project.' }),
        environmentId: t.arg.id(ofEnvironment),
        ...filters,
      },
      resolve: async (_root, args, context) => connectionOf(await listDeployments(orgScope(context), args)),
    },
    DeploymentPage,
  ),
  projectDeployments: t.connection(
    {
      type: Deployment,
      authScopes: view,
      description: 'The deployments of a project, the newest first.',
      args: {
        projectId: t.arg.id({ required: true, description: 'The project.' }),
        environmentId: t.arg.id(ofEnvironment),
        ...filters,
      },
      resolve: async (_root, args, context) => connectionOf(await listProjectDeployments(orgScope(context), args)),
    },
    DeploymentPage,
  ),
  environmentDeployments: t.connection(
    {
      type: Deployment,
      authScopes: view,
      description: 'The deployments of an environment, the newest first.',
      args: { environmentId: t.arg.id({ required: true, description: 'The environment.' }), ...filters },
      resolve: async (_root, args, context) => {
        const scope = orgScope(context);
        const { id } = await getEnvironment(scope, args.environmentId);
        return connectionOf(await listDeployments(scope, { ...args, environmentId: id }));
      },
    },
    DeploymentPage,
  ),
}));

const DeploymentChange = builder.objectRef<Changed<DeploymentRow>>('DeploymentChange').implement({
  description: 'A change of a deployment.',
  fields: (t) => ({
    change: t.expose('change', { type: ChangeKind, description: 'What happened. Deployments go with their project.' }),
    deploymentId: t.exposeID('id', { description: 'The id of the deployment.' }),
    deployment: t.expose('row', { type: Deployment, nullable: true, description: 'The deployment now.' }),
  }),
});
const watchDeployments = watchAll<DeploymentRow>({
  type: 'deployment',
  permission: 'view:deployments',
  read: deploymentsById,
  isDeleted: () => false,
});
const reads = new SharedReads<DeploymentRow>();
/** Callers who see other projects do not share the read. */
const readKey = ({ orgId, sees }: OrgScope, id: string): string =>
  `${orgId} ${id} ${sees === 'all' ? sees : [...sees].sort().join()}`;

builder.subscriptionFields((t) => ({
  deploymentsUpdated: t.field({
    type: DeploymentChange,
    authScopes: view,
    description:
      'Every deployment of the organization, of a project or of an environment that changes. Changes in quick succession come as one.',
    args: {
      projectId: t.arg.id({ description: 'Only deployments of this project.' }),
      environmentId: t.arg.id(ofEnvironment),
      after: t.arg.id(afterArg),
    },
    subscribe: async (_root, { projectId, environmentId, after }, context) => {
      const scope = orgScope(context);
      const project = projectId ? await getProject(scope, projectId) : undefined;
      const environment = environmentId ? await getEnvironment(scope, environmentId) : undefined;
      return watchDeployments(
        context,
        scope,
        after,
        (row) => (!project || row.projectId === project.id) && (!environment || row.environmentId === environment.id),
      );
    },
    resolve: (changed: Changed<DeploymentRow>) => changed,
  }),
  deploymentUpdated: t.field({
    type: Deployment,
    authScopes: view,
    description: 'The current deployment, and again after every change until it ends.',
    args: { id: t.arg.id(deploymentIdArg) },
    subscribe: async (_root, { id }, context) => {
      await getDeployment(orgScope(context), id);
      return watch(
        context,
        'view:deployments',
        [`deployment:${id}`],
        (scope) => reads.get(readKey(scope, id), () => getDeployment(scope, id)),
        (row) => row.completedAt !== null,
      );
    },
    resolve: (row: DeploymentRow) => row,
  }),
}));
