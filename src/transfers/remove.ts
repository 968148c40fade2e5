import type { Transfer } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { FactScope, OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate, recordFact } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { startHourly } from '../hourly.ts';
import { liveOperation, operationInProgress } from '../operations/live.ts';
import type { Tx } from '../database/database.ts';
import { removeTransferKind } from './kinds.ts';
import { factAbout, getTransfer } from './rows.ts';
import { transferResource } from './resource.ts';

const removable = ['receiving', 'ready', 'failed'] as const;

/** The import that uses the file now. */
function importOf(tx: Tx, { id, instanceId }: Pick<Transfer, 'id' | 'instanceId'>) {
  return tx.operation.findFirst({
    where: { resourceId: instanceId, ...liveOperation, input: { path: ['transferId'], equals: id } },
    select: { id: true, kind: true },
  });
}

/** Removes the file from its server. */
export async function removeTransfer(app: App, scope: OrgScope, id: string) {
  const before = await getTransfer(scope, id);
  return begin(app, scope, before);
}

function begin(app: App, scope: FactScope, { id, serverId, projectId, ...before }: Transfer) {
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(removeTransferKind, { resourceId: id, serverId, projectId, input: {} });
    const changed = await tx.transfer.updateMany({
      where: { id, orgId: scope.orgId, status: { in: [...removable] } },
      data: { status: 'removing', statusMessage: null },
    });
    if (changed.count === 0) throw invalidState('transfer', before.status, removable);
    // The row is locked now: an import has begun before, and is seen, or finds the file gone.
    const used = await importOf(tx, { id, instanceId: before.instanceId });
    if (used) throw operationInProgress('transfer', id, used);
    await record({ ...factAbout({ id, projectId, filename: before.filename }), action: 'transfer.removal_requested' });
    const transfer = await tx.transfer.findUnique({ where: { id } });
    return { transfer: found(transfer, 'transfer', id), operation };
  });
}

/** Files whose time is over go from their servers; those of instances that are gone went with them. */
async function sweep(app: App, signal: AbortSignal): Promise<void> {
  const { prisma } = app.db;
  const due = await prisma.transfer.findMany({
    where: {
      status: { in: [...removable] },
      OR: [{ expiresAt: { lt: new Date() } }, { instance: { status: 'removed' } }],
    },
    include: { instance: { select: { status: true } } },
    orderBy: { expiresAt: 'asc' },
    take: 100,
  });
  for (const { instance, ...transfer } of due) {
    if (signal.aborted) return;
    const scope: FactScope = {
      orgId: transfer.orgId,
      actor: itself,
      requestId: `transfer-${transfer.id.slice(-6)}`,
      ipAddress: null,
      userAgent: null,
    };
    if (instance.status === 'removed')
      await prisma.$transaction(async (tx) => {
        await tx.transfer.update({ where: { id: transfer.id }, data: { status: 'removed' } });
        await recordFact(tx, scope, {
          ...factAbout(transfer),
          resource: transferResource,
          action: 'transfer.removed',
          after: { status: 'removed', reason: null },
        });
      });
    // One that is being imported, or that another worker removes, is looked at again in an hour.
    else
      await begin(app, scope, transfer).catch((error: unknown) =>
        app.log.debug({ err: error, transferId: transfer.id }, 'A transfer is not removed yet'),
      );
  }
}

export function startTransferSweeping(app: App): { stop(): Promise<void> } {
  return startHourly(app.log, 'Transfers that have expired were not removed', (signal) => sweep(app, signal));
}
