import { z } from 'zod';
import type { Deployment, Instance } from '../../prisma/generated/client/client.ts';
import type { Mutation } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError, found, invalidState } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { requireNoLiveBackup } from '../instances/index.ts';
import { endWaiting } from './end-waiting.ts';
import { deployInstanceKind, planDeploymentKind, rollbackInstanceKind } from './kinds.ts';
import { deploymentResource } from './resource.ts';
import { factAbout, shown } from './rows.ts';

/** The statuses in which an instance can be deployed to. */
export const deployable = ['running', 'stopped', 'failed'] as const;
const deployableShape = z.enum(deployable);

/** What a deployment is made of, before anything of it is known. */
export type Wanted = Pick<Deployment, 'trigger'> &
  Partial<
    Pick<
      Deployment,
      | 'branch'
      | 'tag'
      | 'commitSha'
      | 'dryRun'
      | 'updateAll'
      | 'install'
      | 'snapshot'
      | 'rollbackMode'
      | 'targetId'
      | 'restoreId'
      | 'createdById'
      | 'createdByName'
    >
  >;

const kindOf = ({ trigger, dryRun }: Pick<Deployment, 'trigger' | 'dryRun'>) =>
  dryRun ? planDeploymentKind : trigger === 'rollback' ? rollbackInstanceKind : deployInstanceKind;

/** The row as it is, which changes in this transaction alone from here on. */
async function lockInstance(tx: Tx, orgId: string, id: string): Promise<Instance> {
  await tx.$queryRaw`SELECT 1 FROM instances WHERE id = ${id}::uuid AND org_id = ${orgId}::uuid FOR UPDATE`;
  return found(await tx.instance.findFirst({ where: { id, orgId } }), 'instance', id);
}

/**
 * Starts its operation, unless another one works on the instance or its data: then it waits, and false is answered. Nothing
 * was written by then.
 */
export async function startIfFree(mutation: Mutation, row: Deployment): Promise<boolean> {
  const { tx, start } = mutation;
  const { id, orgId, instanceId, projectId } = row;
  const instance = await lockInstance(tx, orgId, instanceId);
  try {
    if (!row.dryRun) await requireNoLiveBackup(tx, orgId, instanceId);
    const status = deployableShape.safeParse(instance.status);
    const operation = await start(kindOf(row), {
      resourceId: instanceId,
      serverId: instance.serverId,
      projectId,
      input: { deploymentId: id, reason: instance.statusMessage, ...(status.success ? { from: status.data } : {}) },
    });
    if (!status.success || instance.provisionedAt === null) throw invalidState('instance', instance.status, deployable);
    await tx.deployment.update({ where: { id, orgId }, data: { operationId: operation.id } });
    await notify(tx, deploymentResource.topics(orgId, id));
    return true;
  } catch (error) {
    // Who only asks what would happen does not wait, and takes nobody's place.
    if (error instanceof AppError && error.code === 'operation_in_progress' && !row.dryRun) return false;
    throw error;
  }
}

/** Makes the row, and begins with it or lets it wait for what works on the instance now. */
export async function beginDeployment(mutation: Mutation, instance: Instance, wanted: Wanted): Promise<Deployment> {
  const { tx, record } = mutation;
  const { id: instanceId, orgId, projectId, environmentId, serverId, name: instanceName } = instance;
  await lockInstance(tx, orgId, instanceId);
  const id = newId();
  // The newest takes the place of the one that waits.
  if (!wanted.dryRun)
    await endWaiting(
      mutation,
      { orgId, instanceId },
      { status: 'cancelled', statusMessage: `Replaced by ${id}, which is newer` },
    );
  const row = await tx.deployment.create({
    data: { id, orgId, projectId, environmentId, instanceId, instanceName, serverId, ...wanted },
  });
  const { dryRun, rollbackMode, targetId } = row;
  await record({
    action: 'deployment.triggered',
    ...factAbout(row),
    after: { ...shown(row), dryRun, rollbackMode, targetId },
  });
  await startIfFree(mutation, row);
  return found(await tx.deployment.findUnique({ where: { id } }), 'deployment', id);
}
