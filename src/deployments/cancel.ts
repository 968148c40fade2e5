import type { Deployment } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { invalidState } from '../errors.ts';
import { requestCancel } from '../operations/cancel.ts';
import { endWaiting } from './end-waiting.ts';
import { getDeployment } from './rows.ts';

const live = ['queued', 'building', 'deploying'] as const;

/** Cancels a deployment: what served before it goes on serving, or serves again when the clean-up is done. */
export async function cancelDeployment(app: App, scope: OrgScope, id: string): Promise<Deployment> {
  const before = await getDeployment(scope, id);
  const { orgId } = scope;
  const ended = await mutate(app, scope, (mutation) => endWaiting(mutation, { orgId, id }, { status: 'cancelled' }));
  if (ended) return ended;
  const row = await getDeployment(scope, id);
  if (row.operationId === null || !live.some((status) => status === row.status))
    throw invalidState('deployment', before.status, live);
  await requestCancel(app, scope, row.operationId);
  return getDeployment(scope, id);
}
