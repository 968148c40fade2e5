import type { Deployment } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { requestCancel } from '../operations/cancel.ts';
import { factAbout, getDeployment, shown } from './rows.ts';

const live = ['queued', 'building', 'deploying'] as const;

/** Cancels a deployment: what served before it goes on serving, or serves again when the clean-up is done. */
export async function cancelDeployment(app: App, scope: OrgScope, id: string): Promise<Deployment> {
  const before = await getDeployment(scope, id);
  const { orgId } = scope;
  const ended = await mutate(app, scope, async ({ tx, record }) => {
    const where = { id, orgId, status: 'queued' as const, operationId: null };
    const changed = await tx.deployment.updateMany({
      where,
      data: { status: 'cancelled', completedAt: new Date(), downtimeMs: 0 },
    });
    if (changed.count === 0) return null;
    const row = found(await tx.deployment.findUnique({ where: { id } }), 'deployment', id);
    await record({
      action: 'deployment.cancelled',
      ...factAbout(row),
      after: { ...shown(row), status: row.status, reason: null, downtimeMs: 0 },
    });
    return row;
  });
  if (ended) return ended;
  const row = await getDeployment(scope, id);
  if (row.operationId === null || !live.some((status) => status === row.status))
    throw invalidState('deployment', before.status, live);
  await requestCancel(app, scope, row.operationId);
  return getDeployment(scope, id);
}
