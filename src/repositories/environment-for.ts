import type { BranchMapping } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { parse } from '../parse.ts';
import { getProject } from '../projects/index.ts';
import { matchesPattern } from './branch-name.ts';
import { destinationArgs } from './fields.ts';

export interface BranchDestination {
  branch: string;
  /** Null: nothing of the branch is deployed by itself. */
  environmentId: string | null;
  /** Null without one, and of an environment that names the branch itself. */
  mapping: BranchMapping | null;
}

/**
 * Where a branch of the project goes: to the environment of the first mapping whose pattern it fits, the lowest priority first and
 * then the oldest; without one, to the oldest environment that names exactly this branch.
 */
export async function environmentFor(
  tx: Tx,
  project: { id: string; orgId: string },
  branch: string,
): Promise<BranchDestination> {
  const where = { projectId: project.id, orgId: project.orgId };
  const mappings = await tx.branchMapping.findMany({ where, orderBy: [{ priority: 'asc' }, { id: 'asc' }] });
  const mapping = mappings.find(({ branchPattern }) => matchesPattern(branchPattern, branch));
  if (mapping) return { branch, environmentId: mapping.environmentId, mapping };
  const own = await tx.environment.findFirst({ where: { ...where, branch }, orderBy: { id: 'asc' } });
  return { branch, environmentId: own?.id ?? null, mapping: null };
}

export async function branchDestination(
  app: App,
  scope: OrgScope,
  projectId: string,
  given: unknown,
): Promise<BranchDestination> {
  const project = await getProject(scope, projectId);
  const { branch } = parse(destinationArgs, { branch: given });
  return app.db.tenants.transaction(scope.orgId, (tx) => environmentFor(tx, project, branch));
}
