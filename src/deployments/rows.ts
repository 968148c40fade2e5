import type { Deployment, DeploymentStatus, DeploymentTrigger } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, seenProjects } from '../access/scope.ts';
import { type Source, sourcesShape } from '../deployed-code/index.ts';
import { isId } from '../ids.ts';
import { foundById, idFilter, page, type PageArgs } from '../lists.ts';
import { getProject } from '../projects/index.ts';
import { deploymentResource } from './resource.ts';
import { findingsShape, type Finding, type Plan, planShape } from './shapes.ts';

export async function getDeployment(scope: OrgScope, id: string): Promise<Deployment> {
  const row = isId(id) ? await scope.db.deployment.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'deployment', id, row, ({ projectId }) => projectId);
}

/** Those of the deployments that the caller sees. */
export function deploymentsById(scope: OrgScope, ids: readonly string[]): Promise<Deployment[]> {
  return scope.db.deployment.findMany({
    where: { id: { in: [...ids] }, orgId: scope.orgId, projectId: seenProjects(scope) },
    orderBy: { id: 'asc' },
  });
}

export interface DeploymentFilter {
  projectId?: string | null | undefined;
  environmentId?: string | null | undefined;
  instanceId?: string | null | undefined;
  statuses?: readonly DeploymentStatus[] | null | undefined;
  triggers?: readonly DeploymentTrigger[] | null | undefined;
  dryRun?: boolean | null | undefined;
}

/** All that the caller sees, the newest first; dry runs only where they are asked for. */
export function listDeployments(scope: OrgScope, args: PageArgs & DeploymentFilter) {
  const where = {
    orgId: scope.orgId,
    projectId: seenProjects(scope),
    AND: { projectId: idFilter(args.projectId) },
    environmentId: idFilter(args.environmentId),
    instanceId: idFilter(args.instanceId),
    dryRun: args.dryRun ?? false,
    ...(args.statuses ? { status: { in: [...args.statuses] } } : {}),
    ...(args.triggers ? { trigger: { in: [...args.triggers] } } : {}),
  };
  return page(`deployments of ${scope.orgId}`, args, {
    find: (seek) => scope.db.deployment.findMany(foundById(where, seek)),
    count: () => scope.db.deployment.count({ where }),
  });
}

/** Those of a project that is there. */
export async function listProjectDeployments(
  scope: OrgScope,
  { projectId, ...args }: PageArgs & DeploymentFilter & { projectId: string },
) {
  const { id } = await getProject(scope, projectId);
  return listDeployments(scope, { ...args, projectId: id });
}

export const sourcesOf = ({ sources }: Pick<Deployment, 'sources'>): Source[] => sourcesShape.parse(sources);
export const planOf = ({ plan }: Pick<Deployment, 'plan'>): Plan | null => planShape.nullable().parse(plan);
export const findingsOf = ({ findings }: Pick<Deployment, 'findings'>): Finding[] => findingsShape.parse(findings);

/** Whom a fact is about. */
export const factAbout = (row: Pick<Deployment, 'id' | 'instanceName' | 'projectId'>) => ({
  resource: deploymentResource,
  resourceId: row.id,
  resourceName: row.instanceName,
  projectId: row.projectId,
});

/** What every event of it tells. */
export const shown = (row: Deployment) => {
  const { instanceId, environmentId, trigger, branch, tag, commitSha } = row;
  return { instanceId, environmentId, trigger, branch, tag, commitSha };
};
