import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { getInstance, instanceResource, requireNoLiveBackup } from '../instances/index.ts';
import { requireConfirmed } from '../restores/index.ts';
import { importKind } from './kinds.ts';
import { getTransfer } from './rows.ts';

const from = ['running', 'stopped', 'failed'] as const;
const resting = z.enum(from);

export interface ImportChoice {
  confirmName?: string | null | undefined;
  safetyBackup?: boolean | null | undefined;
}

/** Replaces the data of an instance with an upload that is complete. */
export async function importTransfer(app: App, scope: OrgScope, id: string, choice: ImportChoice) {
  const transfer = await getTransfer(scope, id);
  if (transfer.direction !== 'import' || transfer.status !== 'ready')
    throw invalidState(transfer.direction, transfer.status, ['ready']);
  const before = await getInstance(scope, transfer.instanceId);
  await requireConfirmed(scope, before, choice.confirmName);
  const { serverId, projectId } = before;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const status = resting.safeParse(before.status);
    const operation = await start(importKind, {
      resourceId: before.id,
      serverId,
      projectId,
      input: {
        ...(status.success ? { from: status.data } : {}),
        reason: before.statusMessage,
        transferId: id,
        safetyBackup: choice.safetyBackup ?? true,
      },
    });
    const changed = await tx.instance.updateMany({
      where: { id: before.id, orgId: scope.orgId, status: { in: [...from] }, provisionedAt: { not: null } },
      data: { status: 'restarting', statusMessage: null, lostAt: null },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, from);
    await requireNoLiveBackup(tx, scope.orgId, before.id);
    // A removal that was requested at the same time has gone before, and is seen; or comes after, and sees this.
    const kept = await tx.transfer.updateMany({ where: { id, status: 'ready' }, data: { status: 'ready' } });
    if (kept.count === 0) throw invalidState('transfer', 'removing', ['ready']);
    await record({
      action: 'restore.requested',
      resource: instanceResource,
      resourceId: before.id,
      resourceName: before.name,
      projectId,
      after: { source: 'import', sourceId: id, database: true, filestore: true },
    });
    const instance = await tx.instance.findUnique({ where: { id: before.id } });
    return { instance: found(instance, 'instance', before.id), operation };
  });
}
