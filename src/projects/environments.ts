import { z } from 'zod';
import type { Environment, EnvironmentType } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, requireIn, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { sourceOf, sourceOfEach } from '../database/list-source.ts';
import { type ListOf, ListStatement } from '../database/list-statement.ts';
import { displayName } from '../display-name.ts';
import { namesOf } from '../feature/holding.ts';
import { AppError, invalidState } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { idFilter, page, type PageArgs, planOf, searchTerm } from '../lists.ts';
import type { SourceOfEach } from '../lists-of-each.ts';
import { parse } from '../parse.ts';
import { getProject } from './service.ts';

const name = displayName(100);
const description = z.string().max(2000);
const newFields = {
  name,
  description: description.nullish(),
  type: z.enum(['production', 'staging', 'development']),
  branch: z.string().min(1).max(255).nullish(),
  deletionProtected: z.boolean().nullish(),
};

function checkProtection(
  { type, deletionProtected }: { type: EnvironmentType; deletionProtected?: boolean | null | undefined },
  context: z.RefinementCtx,
): void {
  if (type !== 'production' || deletionProtected !== false) return;
  context.addIssue({
    code: 'custom',
    path: ['deletionProtected'],
    message: 'A production environment is created with its protection; it can be removed later',
    params: { constraint: 'production' },
  });
}

export const createInput = z.object({ projectId: z.string(), ...newFields }).superRefine(checkProtection);
/** The same where the project is named beside it. */
export const createInProjectInput = z.object(newFields).superRefine(checkProtection);
// The type is not here: it cannot change.
export const updateInput = z.object({
  name: name.nullish(),
  description: description.nullish(),
  autoDeploy: z.boolean().nullish(),
  deletionProtected: z.boolean().nullish(),
});

export async function getEnvironment(scope: OrgScope, id: string) {
  const environment = isId(id) ? await scope.db.environment.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'environment', id, environment, (row) => row.projectId);
}

export interface EnvironmentFilter {
  projectId?: string | null | undefined;
  type?: EnvironmentType | null | undefined;
  search?: string | null | undefined;
}

const environments: ListOf = {
  name: 'environments',
  columns: `e.id, e.org_id AS "orgId", e.project_id AS "projectId", e.name, e.description, e.type, e.branch,
    e.auto_deploy AS "autoDeploy", e.deletion_protected AS "deletionProtected", e.created_at AS "createdAt", e.updated_at AS "updatedAt"`,
  from: 'environments e',
  row: 'e',
};

function statementOf(scope: OrgScope, args: EnvironmentFilter): ListStatement {
  const search = searchTerm(args.search);
  return new ListStatement(environments, 'e.org_id = $::uuid', scope.orgId)
    .where('p', 'e.project_id = ANY($::uuid[])', seenProjects(scope)?.in)
    .where('r', 'e.project_id = $::uuid', idFilter(args.projectId))
    .where('t', 'e.type = $::environment_type', args.type ?? undefined)
    .where('q', 'e.name ILIKE $', search && `%${search}%`);
}

export function listEnvironments(app: App, scope: OrgScope, args: PageArgs & EnvironmentFilter) {
  const source = sourceOf(app.db.tenants, scope.orgId, statementOf(scope, args), (rows: Environment[]) => rows);
  return page(`environments of ${scope.orgId}`, args, source);
}

/** The lists of the environments of projects. */
export function environmentsOfEach(
  app: App,
  scope: OrgScope,
  args: PageArgs & EnvironmentFilter,
): SourceOfEach<Environment> {
  const views = (rows: Environment[]): Environment[] => rows;
  return {
    plan: (projectId) => planOf(`environments of ${scope.orgId}`, { ...args, projectId }),
    ...sourceOfEach(app.db.tenants, scope.orgId, statementOf(scope, args), 'project_id', views),
  };
}

export async function createEnvironment(app: App, scope: OrgScope, given: unknown) {
  const input = parse(createInput, given);
  const project = await getProject(scope, input.projectId);
  if (project.archivedAt) throw invalidState('project', 'archived', ['not archived']);
  try {
    return await mutate(app, scope, async ({ tx, record }) => {
      const environment = await tx.environment.create({
        data: {
          id: newId(),
          orgId: scope.orgId,
          projectId: project.id,
          name: input.name,
          description: input.description ?? '',
          type: input.type,
          branch: input.branch ?? null,
          deletionProtected: input.deletionProtected ?? input.type === 'production',
        },
      });
      await record({
        action: 'environment.created',
        resource: 'environment',
        resourceId: environment.id,
        resourceName: environment.name,
        projectId: environment.projectId,
        after: { name: environment.name, type: environment.type },
      });
      return environment;
    });
  } catch (error) {
    const index = uniqueViolation(error);
    if (index === undefined) throw error;
    if (index.includes('one_production') || (input.type === 'production' && !index.includes('name'))) {
      throw new AppError('conflict', 'The project already has a production environment', {
        field: 'type',
        constraint: 'one_production',
      });
    }
    throw new AppError('conflict', `The project already has an environment named ${input.name}`, {
      field: 'name',
      constraint: 'unique',
    });
  }
}

const shown = ({ name: called, autoDeploy, deletionProtected }: Environment) => ({
  name: called,
  autoDeploy,
  deletionProtected,
});

export async function updateEnvironment(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(updateInput, given);
  const before = await getEnvironment(scope, id);
  // What is deployed runs: whoever lets it come by itself decides what runs.
  if (typeof input.autoDeploy === 'boolean')
    for (const permission of ['manage:deployments', 'manage:instance_code'] as const)
      requireIn(scope, permission, before.projectId);
  try {
    return await mutate(app, scope, async ({ tx, record }) => {
      const environment = await tx.environment.update({
        where: { id, orgId: scope.orgId },
        data: {
          ...(input.name ? { name: input.name } : {}),
          ...(typeof input.description === 'string' ? { description: input.description } : {}),
          ...(typeof input.autoDeploy === 'boolean' ? { autoDeploy: input.autoDeploy } : {}),
          ...(typeof input.deletionProtected === 'boolean' ? { deletionProtected: input.deletionProtected } : {}),
        },
      });
      await record({
        action: 'environment.updated',
        resource: 'environment',
        resourceId: id,
        resourceName: environment.name,
        projectId: environment.projectId,
        before: shown(before),
        after: shown(environment),
      });
      return environment;
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw new AppError('conflict', `The project already has an environment named ${input.name ?? ''}`, {
      field: 'name',
      constraint: 'unique',
    });
  }
}

/** Deletes an environment without instances. Production is never deleted directly: its protection is lifted first. */
export async function deleteEnvironment(app: App, scope: OrgScope, id: string) {
  const environment = await getEnvironment(scope, id);
  if (environment.deletionProtected) {
    throw new AppError(
      'invalid_state',
      `The ${environment.type} environment is protected against deletion: PATCH /api/environments/${id} with {"deletionProtected": false} (GraphQL: updateEnvironment) lifts the protection`,
      { resource: 'environment', state: 'protected', allowed: ['unprotected'] },
    );
  }
  return mutate(app, scope, async ({ tx, record }) => {
    const place = { type: 'environment', orgId: scope.orgId, id } as const;
    const living = await app.holdings.living(tx, place);
    if (living.length > 0)
      throw new AppError('conflict', 'The environment still has instances; delete them first', namesOf(living));
    await app.holdings.erase(tx, place);
    await tx.environment.delete({ where: { id, orgId: scope.orgId } });
    await record({
      action: 'environment.deleted',
      resource: 'environment',
      resourceId: id,
      resourceName: environment.name,
      projectId: environment.projectId,
      before: { name: environment.name, type: environment.type },
    });
    return environment;
  });
}
