import type { Deployment, Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState, notFound, validationError } from '../errors.ts';
import { getInstance } from '../instances/index.ts';
import { requestCancel } from '../operations/cancel.ts';
import { parse } from '../parse.ts';
import { getEnvironment, getProject } from '../projects/index.ts';
import { firstRepository } from '../repositories/index.ts';
import { beginDeployment, deployable } from './begin.ts';
import { type DeployInput, deployInput, requireOneRef } from './fields.ts';

/** The instance that is named, or the only one that there is. */
async function instanceFor(scope: OrgScope, projectId: string, input: DeployInput): Promise<Instance> {
  if (input.environmentId) {
    const environment = await getEnvironment(scope, input.environmentId);
    if (environment.projectId !== projectId) throw notFound('environment', input.environmentId);
  }
  if (input.instanceId) {
    const instance = await getInstance(scope, input.instanceId);
    const isElsewhere = input.environmentId && instance.environmentId !== input.environmentId;
    if (instance.projectId !== projectId || isElsewhere) throw notFound('instance', input.instanceId);
    return instance;
  }
  const where = {
    orgId: scope.orgId,
    projectId,
    ...(input.environmentId ? { environmentId: input.environmentId } : {}),
    status: { notIn: ['removing' as const, 'removed' as const] },
  };
  const [first, second] = await scope.db.instance.findMany({ where, orderBy: { id: 'asc' }, take: 2 });
  if (first && !second) return first;
  throw validationError([
    {
      field: 'instanceId',
      constraint: 'required',
      message: first
        ? 'instanceId: there is more than one instance; name the one to deploy to'
        : 'instanceId: there is no instance yet; create one first',
    },
  ]);
}

/** An operation of a deployment that no worker has begun is not begun any more. One that has just begun goes on. */
export async function endQueued(app: App, scope: OrgScope, instanceId: string): Promise<void> {
  const queued = await scope.db.deployment.findMany({
    where: { orgId: scope.orgId, instanceId, status: 'queued', operationId: { not: null } },
    select: { operationId: true },
  });
  for (const { operationId } of queued) {
    const live = await app.db.prisma.operation.findFirst({
      where: { id: operationId ?? '', orgId: scope.orgId, status: 'queued' },
      select: { id: true },
    });
    if (live)
      await requestCancel(app, scope, live.id).catch((error: unknown) => {
        if (!(error instanceof AppError && error.code === 'invalid_state')) throw error;
      });
  }
}

/** Deploys a branch, a tag or a commit of the project's first repository, with the others at the branches that they follow. */
export async function requestDeployment(
  app: App,
  scope: OrgScope,
  projectId: string,
  given: unknown,
): Promise<Deployment> {
  const project = await getProject(scope, projectId);
  requireIn(scope, 'manage:instance_code', project.id);
  const input = parse(deployInput, given);
  requireOneRef(input);
  if (project.archivedAt) throw invalidState('project', 'archived', ['not archived']);
  const instance = await instanceFor(scope, project.id, input);
  if (instance.provisionedAt === null) throw invalidState('instance', instance.status, deployable);
  const repository = await firstRepository(scope, project.id);
  const { branch, tag, commitSha, updateAll, install, snapshot, dryRun } = input;
  const environment = await getEnvironment(scope, instance.environmentId);
  const named = branch || tag || commitSha;
  if (!dryRun) await endQueued(app, scope, instance.id);
  return mutate(app, scope, (mutation) =>
    beginDeployment(mutation, instance, {
      trigger: 'manual',
      branch: named ? (branch ?? null) : (environment.branch ?? repository.branch),
      tag: tag ?? null,
      commitSha: commitSha ?? null,
      updateAll: updateAll ?? false,
      install: [...new Set(install)],
      snapshot: snapshot ?? null,
      dryRun: dryRun ?? false,
      createdById: scope.actor.id,
      createdByName: scope.actor.name,
    }),
  );
}
