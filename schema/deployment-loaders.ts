import type { Deployment as DeploymentRow } from '../prisma/generated/client/client.ts';
import { compareUrl, deploymentsById, type Source, sourcesOf } from '../src/deployments/index.ts';
import { instancesById } from '../src/instances/index.ts';
import { type LiveOperation, operationsById } from '../src/operations/service.ts';
import { type Context, orgScope } from './context.ts';
import { loaderFor, sees } from './loaders.ts';

const deployments = loaderFor((context, ids) => deploymentsById(orgScope(context, 'view:deployments'), ids));
/** Those of deployments that the caller sees. */
const operations = loaderFor((context, ids) => operationsById(orgScope(context, 'view:deployments'), ids));
const serving = loaderFor((context, ids) => instancesById(orgScope(context, 'view:deployments'), ids));

/** A deployment, where the caller may see it. */
export async function visibleDeployment(
  context: Context,
  id: string | null,
  projectId: string,
): Promise<DeploymentRow | null> {
  return id !== null && sees(context, 'view:deployments', projectId) ? deployments(context).load(id) : null;
}

type Worked = Pick<DeploymentRow, 'operationId' | 'projectId'>;

/** The operation that a change began, which its caller is shown. */
export async function startedOperationOf(context: Context, { operationId }: Worked): Promise<LiveOperation | null> {
  return operationId === null ? null : operations(context).load(operationId);
}

/** The operation that works or worked on a deployment, where the caller may see operations. */
export async function operationOf(context: Context, row: Worked): Promise<LiveOperation | null> {
  return sees(context, 'view:operations', row.projectId) ? startedOperationOf(context, row) : null;
}

/** Whether its code is what its instance runs. */
export async function isServing(context: Context, { id, instanceId }: DeploymentRow): Promise<boolean> {
  const instance = await serving(context).load(instanceId);
  return instance?.deploymentId === id && instance.status !== 'removed';
}

/** A commit with the deployment before, which its host compares it with. */
export type SourceOfDeployment = Source & Pick<DeploymentRow, 'previousId' | 'projectId'>;

export async function compareUrlOf(context: Context, source: SourceOfDeployment): Promise<string | null> {
  const previous = await visibleDeployment(context, source.previousId, source.projectId);
  const before = previous && sourcesOf(previous).find(({ repositoryId }) => repositoryId === source.repositoryId);
  return compareUrl(source, before?.sha);
}
