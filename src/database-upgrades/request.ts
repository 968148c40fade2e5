import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError, found, invalidState, validationError } from '../errors.ts';
import { getInstance, instanceResource, requireNoLiveBackup } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { requireConfirmed } from '../restores/index.ts';
import { rehearseUpgradeKind, upgradeDatabaseKind } from './kinds.ts';
import { isProof, rehearsalOf } from './rehearsal.ts';
import { type Target, targetsOf } from './targets.ts';

export const rehearseUpgradeInput = z.object({ targetVersion: z.int().min(1).max(1000) });
export const upgradeDatabaseInput = z.object({
  targetVersion: z.int().min(1).max(1000),
  confirmName: z.string().max(200).nullish(),
  force: z.boolean().nullish(),
});

function targetOf(app: App, instance: Instance, version: number): Target {
  const targets = targetsOf(app, instance);
  const target = targets.find((one) => one.version === version);
  if (target) return target;
  const versions = targets.map((one) => one.version).join(', ');
  throw validationError([
    {
      field: 'targetVersion',
      constraint: 'one_of',
      message: versions
        ? `targetVersion must be one of ${versions}: ${instance.postgresImage} can be upgraded to these`
        : `targetVersion: there is no release to which ${instance.postgresImage} can be upgraded; whoever operates oCore sets them in POSTGRES_UPGRADE_IMAGES`,
    },
  ]);
}

/** A replica copies the files of its primary, which another release cannot read. */
async function requireNoReplica(tx: Tx, { id, orgId }: Instance): Promise<void> {
  const replicas = await tx.databaseReplica.count({ where: { instanceId: id, orgId } });
  if (replicas > 0)
    throw new AppError(
      'conflict',
      `The instance has ${replicas} read ${replicas === 1 ? 'replica' : 'replicas'}, which cannot follow another release of PostgreSQL: remove them first, and create them again after the upgrade`,
      { resource: 'instance', id, constraint: 'replicas' },
    );
}

/** Upgrades a copy of the database, while the instance goes on: whether it works, and how long it takes. */
export async function rehearseDatabaseUpgrade(app: App, scope: OrgScope, id: string, given: unknown) {
  const { targetVersion } = parse(rehearseUpgradeInput, given);
  const before = await getInstance(scope, id);
  const { serverId, projectId, postgresImage: fromImage } = before;
  const { image } = targetOf(app, before, targetVersion);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const input = { targetVersion, image, fromImage };
    const operation = await start(rehearseUpgradeKind, { resourceId: id, serverId, projectId, input });
    const where = { id, orgId: scope.orgId, status: 'running' as const };
    const same = await tx.instance.updateMany({ where, data: { status: 'running' } });
    if (same.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({
      action: 'database.upgrade_rehearsal_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId,
      after: { targetVersion },
    });
    return { instance: found(await tx.instance.findUnique({ where: { id } }), 'instance', id), operation };
  });
}

/** Moves the database of an instance to a newer release of PostgreSQL, after a rehearsal that showed that it works. */
export async function upgradeDatabase(app: App, scope: OrgScope, id: string, given: unknown) {
  const { targetVersion, confirmName, force } = parse(upgradeDatabaseInput, given);
  const before = await getInstance(scope, id);
  const { serverId, projectId, postgresImage: fromImage } = before;
  const { image } = targetOf(app, before, targetVersion);
  await requireConfirmed(scope, before, confirmName);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const input = { targetVersion, image, fromImage };
    const operation = await start(upgradeDatabaseKind, { resourceId: id, serverId, projectId, input });
    const where = { id, orgId: scope.orgId, status: 'running' as const, postgresImage: fromImage };
    const now = await tx.instance.updateMany({ where, data: { status: 'restarting', statusMessage: null } });
    if (now.count === 0) throw invalidState('instance', before.status, ['running']);
    if (!force && !isProof(rehearsalOf(before), image, fromImage))
      throw new AppError(
        'invalid_state',
        `No rehearsal of the upgrade to PostgreSQL ${targetVersion} has succeeded in the last seven days: rehearse it first, or set force`,
        { resource: 'instance', state: 'not_rehearsed', allowed: ['rehearsed'] },
      );
    await requireNoReplica(tx, before);
    await requireNoLiveBackup(tx, scope.orgId, id);
    await record({
      action: 'database.upgrade_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId,
      after: { targetVersion, force: force ?? false },
    });
    return { instance: found(await tx.instance.findUnique({ where: { id } }), 'instance', id), operation };
  });
}
