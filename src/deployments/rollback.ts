import type { Backup, Deployment, Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState, notFound, validationError } from '../errors.ts';
import { isId } from '../ids.ts';
import { getInstance } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { getEnvironment, getProject } from '../projects/index.ts';
import { requireConfirmed } from '../restores/index.ts';
import { beginDeployment } from './begin.ts';
import { rollbackInput } from './fields.ts';
import { endQueued } from './request.ts';
import { planOf } from './rows.ts';

/** Where a rollback leads to. */
export interface Way {
  instance: Instance;
  /** Null: to the code of the image alone, as before the first deployment. */
  target: Deployment | null;
  /** The data as it was when that code served last; null where it has not changed since, or nobody saved it. */
  backup: Backup | null;
}

const unprocessable = (message: string, field: string, constraint: string): AppError =>
  new AppError('unprocessable', message, { field, constraint });

/** The deployment of this environment that is named. */
async function deploymentIn(scope: OrgScope, environmentId: string, id: string): Promise<Deployment> {
  const where = { id, orgId: scope.orgId, environmentId };
  const row = isId(id) ? await scope.db.deployment.findFirst({ where }) : null;
  if (!row) throw notFound('deployment', id);
  if (row.status !== 'succeeded' || row.dryRun)
    throw unprocessable('Only a deployment that succeeded can be gone back to', 'deploymentId', 'status');
  return row;
}

/**
 * The snapshot of the data as it was when the target served last: of the first deployment after it that took one. One that
 * changed the database without a snapshot ends the way back.
 */
async function snapshotAfter(scope: OrgScope, instanceId: string, target: Deployment | null): Promise<Backup | null> {
  const later = await scope.db.deployment.findMany({
    where: {
      orgId: scope.orgId,
      instanceId,
      status: 'succeeded',
      dryRun: false,
      ...(target ? { id: { gt: target.id } } : {}),
    },
    orderBy: { id: 'asc' },
    take: 200,
  });
  const after = later.find((row) => row.snapshotId !== null || planOf(row)?.database !== false);
  if (!after?.snapshotId) return null;
  const where = { id: after.snapshotId, orgId: scope.orgId, status: 'completed' as const };
  return scope.db.backup.findFirst({ where });
}

/** The way back to a deployment. */
export async function wayTo(scope: OrgScope, environmentId: string, deploymentId: string): Promise<Way> {
  const environment = await getEnvironment(scope, environmentId);
  const target = await deploymentIn(scope, environment.id, deploymentId);
  const instance = await getInstance(scope, target.instanceId);
  return { instance, target, backup: await snapshotAfter(scope, instance.id, target) };
}

/** The way back to what served before the deployment that took this snapshot. */
async function wayBefore(scope: OrgScope, environmentId: string, snapshotId: string): Promise<Way> {
  const environment = await getEnvironment(scope, environmentId);
  const of = { orgId: scope.orgId, environmentId: environment.id };
  const row = isId(snapshotId)
    ? await scope.db.deployment.findFirst({ where: { ...of, snapshotId }, orderBy: { id: 'asc' } })
    : null;
  const backup = row
    ? await scope.db.backup.findFirst({ where: { id: snapshotId, orgId: scope.orgId, status: 'completed' } })
    : null;
  if (!row || !backup) throw notFound('snapshot', snapshotId);
  const target = row.previousId
    ? await scope.db.deployment.findFirst({ where: { orgId: scope.orgId, id: row.previousId } })
    : null;
  return { instance: await getInstance(scope, row.instanceId), target, backup };
}

function requireOne(deploymentId: string | null | undefined, snapshotId: string | null | undefined): void {
  if (Boolean(deploymentId) !== Boolean(snapshotId)) return;
  throw validationError([
    {
      field: 'deploymentId',
      constraint: 'required',
      message: 'deploymentId: name the deployment to go back to, or the snapshot, one of them',
    },
  ]);
}

/** Goes back to an earlier deployment: its code alone, or with the data as it was when it served last. */
export async function requestRollback(
  app: App,
  scope: OrgScope,
  environmentId: string,
  given: unknown,
): Promise<Deployment> {
  const input = parse(rollbackInput, given);
  const { deploymentId, snapshotId, confirmName } = input;
  requireOne(deploymentId, snapshotId);
  const mode = input.mode ?? 'code_and_database';
  const { instance, target, backup } = deploymentId
    ? await wayTo(scope, environmentId, deploymentId)
    : await wayBefore(scope, environmentId, snapshotId ?? '');
  requireIn(scope, 'manage:instance_code', instance.projectId);
  const project = await getProject(scope, instance.projectId);
  if (project.archivedAt) throw invalidState('project', 'archived', ['not archived']);
  const withData = mode === 'code_and_database';
  if (withData) {
    requireIn(scope, 'manage:databases', instance.projectId);
    await requireConfirmed(scope, instance, confirmName);
  }
  if (target && instance.deploymentId === target.id)
    throw invalidState('deployment', 'serving', ['an earlier deployment']);
  if (withData && !backup)
    throw unprocessable(
      'No snapshot has the data as it was then: it has not changed since, was not saved, or the snapshot was deleted. Go back with mode code_only',
      'mode',
      'no_snapshot',
    );
  await endQueued(app, scope, instance.id);
  return mutate(app, scope, (mutation) =>
    beginDeployment(mutation, instance, {
      trigger: 'rollback',
      rollbackMode: mode,
      targetId: target?.id ?? null,
      restoreId: withData ? (backup?.id ?? null) : null,
      snapshot: input.createSafetySnapshot ?? true,
      branch: target?.branch ?? null,
      tag: target?.tag ?? null,
      commitSha: target?.commitSha ?? null,
      createdById: scope.actor.id,
      createdByName: scope.actor.name,
    }),
  );
}
