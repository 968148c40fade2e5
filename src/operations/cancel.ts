import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { found, invalidState, notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { cancelled } from './describe-error.ts';
import { operationTopics } from './live.ts';
import { settleOperation } from './settle.ts';
import { lockPicking } from './take.ts';

/**
 * Cancels an operation: one that no worker has begun ends at once, whether a worker lives or not; of another its worker
 * ends the remote work and takes away what was half made.
 */
export function requestCancel(app: App, scope: FactScope, id: string) {
  return app.db.prisma.$transaction(async (tx) => {
    // Before the row: who picks an operation has its job first and then its row.
    await lockPicking(tx);
    await tx.$queryRaw`SELECT 1 FROM operations WHERE id = ${id}::uuid FOR UPDATE`;
    const row = await tx.operation.findFirst({ where: { id, orgId: scope.orgId } });
    if (!row) throw notFound('operation', id);
    if (row.status !== 'queued' && row.status !== 'running')
      throw invalidState('operation', row.status, ['queued', 'running']);
    await tx.operation.update({ where: { id }, data: { cancelRequested: true } });
    await recordFact(tx, scope, {
      action: 'operation.cancel_requested',
      resource: 'operation',
      resourceId: id,
      resourceName: row.kind,
      projectId: row.projectId,
    });
    if (row.status === 'queued') await settleOperation(app, tx, scope, id, { outcome: 'cancelled', error: cancelled });
    else await notify(tx, [`cancel:${id}`, ...operationTopics(scope.orgId, id)]);
    const after = await tx.operation.findUnique({
      where: { id },
      include: { steps: { orderBy: { position: 'asc' } } },
    });
    return found(after, 'operation', id);
  });
}
