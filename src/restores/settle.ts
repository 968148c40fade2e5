import { recordFact } from '../audit/mutation.ts';
import { backupResource } from '../backups/index.ts';
import type { Tx } from '../database/database.ts';
import { instanceResource, restingOf } from '../instances/index.ts';
import type { EndContext, OperationError, Outcome } from '../operations/outcome.ts';

interface Resting {
  from?: 'running' | 'stopped' | 'failed' | undefined;
  reason?: string | null | undefined;
}

/** What was restored, for the audit log and events. */
export interface Restored {
  source: 'backup' | 'import';
  sourceId: string;
  database: boolean;
  filestore: boolean;
}

/**
 * Brings an instance whose data was replaced back to rest: as it was before, or failed if what served before could not be
 * brought back. A database that came has its own administrators.
 */
export async function settleReplaced(
  tx: Tx,
  { operation, scope, input, state }: EndContext<Resting>,
  outcome: Outcome,
  error: OperationError | null,
  restored: Restored,
): Promise<void> {
  const done = outcome === 'succeeded';
  const rested = {
    status: input.from === 'stopped' ? ('stopped' as const) : ('running' as const),
    statusMessage: null,
  };
  const back = state['putBack'] === true && input.from === 'failed' ? 'failed' : rested.status;
  const instance = await tx.instance.update({
    where: { id: operation.resourceId },
    data: done
      ? {
          ...rested,
          lastSeenAt: new Date(),
          settingsPending: false,
          ...(restored.database ? { adminPasswordEnc: null } : {}),
        }
      : operation.attempt === 0
        ? restingOf(input)
        : {
            status: state['putBack'] === true || state['replaced'] === true ? back : 'failed',
            statusMessage: error?.message ?? null,
          },
  });
  await recordFact(tx, scope, {
    action: done ? 'restore.completed' : 'restore.failed',
    resource: instanceResource,
    resourceId: instance.id,
    resourceName: instance.name,
    projectId: instance.projectId,
    after: { ...restored, status: instance.status, reason: error?.code ?? null },
  });
}

/** That a backup serves in an instance, for whoever follows the backup. */
export async function recordRestored(
  tx: Tx,
  scope: EndContext<unknown>['scope'],
  instanceId: string,
  { backupId, database, filestore }: { backupId: string; database: boolean; filestore: boolean },
): Promise<void> {
  const backup = await tx.backup.findFirst({ where: { id: backupId, orgId: scope.orgId } });
  if (!backup) return;
  await recordFact(tx, scope, {
    action: 'backup.restored',
    resource: backupResource,
    resourceId: backup.id,
    resourceName: backup.instanceName,
    projectId: backup.projectId,
    after: { instanceId, database, filestore },
  });
}
