import type { BranchMapping } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import type { PageArgs } from '../lists.ts';
import { parse } from '../parse.ts';
import { getProject } from '../projects/index.ts';
import { createMappingInput, updateMappingInput } from './fields.ts';
import { orderedPage } from './ordered-page.ts';
import { lockProject } from './positions.ts';

const mostMappings = 100;

export async function getBranchMapping(scope: OrgScope, id: string): Promise<BranchMapping> {
  const row = isId(id) ? await scope.db.branchMapping.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'branch mapping', id, row, ({ projectId }) => projectId);
}

/** The mappings of a project, in the order in which they are asked. */
export async function listBranchMappings(scope: OrgScope, { projectId, ...args }: PageArgs & { projectId: string }) {
  const { id } = await getProject(scope, projectId);
  const rows = await scope.db.branchMapping.findMany({ where: { projectId: id, orgId: scope.orgId } });
  return orderedPage(`branch mappings of ${id}`, args, rows, ({ priority }) => priority);
}

const shown = ({ branchPattern, environmentId, priority }: BranchMapping) => ({
  branchPattern,
  environmentId,
  priority,
});
const factAbout = (row: BranchMapping) => ({
  resource: 'branch_mapping',
  resourceId: row.id,
  resourceName: row.branchPattern,
  projectId: row.projectId,
});

/** An environment of the project: branches of one project do not go to another. */
async function requireEnvironment({ db, orgId }: OrgScope, projectId: string, id: string): Promise<void> {
  const row = isId(id)
    ? await db.environment.findFirst({ where: { id, orgId, projectId }, select: { id: true } })
    : null;
  if (!row) throw notFound('environment', id);
}

const patternTaken = (error: unknown): never => {
  if (error instanceof AppError || uniqueViolation(error) === undefined) throw error;
  throw new AppError('conflict', 'The project already has a mapping of this pattern; change that one', {
    field: 'branchPattern',
    constraint: 'unique',
  });
};

export async function createBranchMapping(app: App, scope: OrgScope, projectId: string, given: unknown) {
  const project = await getProject(scope, projectId);
  requireIn(scope, 'manage:instance_code', project.id);
  const input = parse(createMappingInput, given);
  await requireEnvironment(scope, project.id, input.environmentId);
  if (project.archivedAt) throw invalidState('project', 'archived', ['not archived']);
  return mutate(app, scope, async ({ tx, record }) => {
    await lockProject(tx, scope.orgId, project.id);
    if ((await tx.branchMapping.count({ where: { projectId: project.id, orgId: scope.orgId } })) >= mostMappings)
      throw new AppError('conflict', `A project can have up to ${mostMappings} branch mappings`, {
        constraint: 'max',
        maximum: mostMappings,
      });
    const row = await tx.branchMapping.create({
      data: {
        id: newId(),
        orgId: scope.orgId,
        projectId: project.id,
        branchPattern: input.branchPattern,
        environmentId: input.environmentId,
        priority: input.priority ?? 100,
      },
    });
    await record({ action: 'branch_mapping.created', ...factAbout(row), after: shown(row) });
    return row;
  }).catch(patternTaken);
}

export async function updateBranchMapping(app: App, scope: OrgScope, id: string, given: unknown) {
  const before = await getBranchMapping(scope, id);
  requireIn(scope, 'manage:instance_code', before.projectId);
  const input = parse(updateMappingInput, given);
  if (input.environmentId) await requireEnvironment(scope, before.projectId, input.environmentId);
  return mutate(app, scope, async ({ tx, record }) => {
    const row = await tx.branchMapping.update({
      where: { id, orgId: scope.orgId },
      data: {
        ...(input.branchPattern ? { branchPattern: input.branchPattern } : {}),
        ...(input.environmentId ? { environmentId: input.environmentId } : {}),
        ...(typeof input.priority === 'number' ? { priority: input.priority } : {}),
      },
    });
    await record({ action: 'branch_mapping.updated', ...factAbout(row), before: shown(before), after: shown(row) });
    return row;
  }).catch(patternTaken);
}

export async function deleteBranchMapping(app: App, scope: OrgScope, id: string) {
  const row = await getBranchMapping(scope, id);
  requireIn(scope, 'manage:instance_code', row.projectId);
  return mutate(app, scope, async ({ tx, record }) => {
    await tx.branchMapping.delete({ where: { id, orgId: scope.orgId } });
    await record({ action: 'branch_mapping.deleted', ...factAbout(row), before: shown(row) });
    return row;
  });
}
