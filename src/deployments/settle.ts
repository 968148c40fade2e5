import type { Deployment } from '../../prisma/generated/client/client.ts';
import { recordFact } from '../audit/mutation.ts';
import { Prisma, type Tx } from '../database/database.ts';
import { notify } from '../events/hub.ts';
import { instanceResource } from '../instances/index.ts';
import type { EndContext, OperationError, Outcome } from '../operations/outcome.ts';
import type { Input } from './context.ts';
import { downtimeOf, isTouched } from './downtime.ts';
import { deploymentResource } from './resource.ts';
import { factAbout, shown } from './rows.ts';
import { portsIn } from './switch.ts';

type Ended = EndContext<Input>;

const actions = {
  succeeded: 'deployment.completed',
  failed: 'deployment.failed',
  cancelled: 'deployment.cancelled',
  rolled_back: 'deployment.rolled_back',
} as const;
type Status = keyof typeof actions;

async function end(
  tx: Tx,
  { operation, scope, input, state }: Ended,
  status: Status,
  error: OperationError | null,
): Promise<Deployment> {
  const downtimeMs = downtimeOf({ state });
  const row = await tx.deployment.update({
    where: { id: input.deploymentId, orgId: operation.orgId },
    data: {
      status,
      completedAt: new Date(),
      downtimeMs,
      errorCode: status === 'succeeded' ? null : (error?.code ?? null),
      statusMessage: error?.message ?? null,
    },
  });
  const reason = row.errorCode;
  await recordFact(tx, scope, {
    action: actions[status],
    ...factAbout(row),
    after: { ...shown(row), status, reason, downtimeMs },
  });
  return row;
}

/** Of one that only looked. */
export async function settleDryRun(
  tx: Tx,
  ended: Ended,
  outcome: Outcome,
  error: OperationError | null,
): Promise<void> {
  await end(tx, ended, outcome, error);
}

/** How the instance is after a deployment that is not its code. */
function rested({ operation, input, state }: Ended, error: OperationError | null) {
  // Nothing of it was stopped: it is as it was.
  if (operation.attempt === 0 || !isTouched({ state })) return {};
  if (state['putBack'] === true)
    return { status: input.from ?? ('failed' as const), statusMessage: input.reason ?? null };
  return { status: 'failed' as const, statusMessage: error?.message ?? null };
}

/**
 * Brings a deployment and its instance to rest. One whose code serves has succeeded, also if what is not needed any more
 * could not be removed: the next one removes it.
 */
export async function settleDeployment(
  tx: Tx,
  ended: Ended,
  outcome: Outcome,
  error: OperationError | null,
): Promise<void> {
  const { operation, state, input, scope } = ended;
  const serves = outcome === 'succeeded' || state['replaced'] === true;
  const isBack = isTouched({ state }) && state['putBack'] === true;
  const status = serves ? 'succeeded' : outcome === 'cancelled' ? 'cancelled' : isBack ? 'rolled_back' : 'failed';
  const row = await end(tx, ended, status, error);
  const ports = portsIn({ state });
  const where = { id: operation.resourceId, orgId: operation.orgId };
  const before = await tx.instance.findFirst({ where });
  if (!before) return;
  const instance = await tx.instance.update({
    where,
    data: serves
      ? {
          status: 'running',
          statusMessage: null,
          lastSeenAt: new Date(),
          settingsPending: false,
          deploymentId: row.id,
          addons: row.addons ?? Prisma.DbNull,
          builtImage: row.image,
          ...(ports ? { httpPort: ports.http, longpollingPort: ports.longpolling } : {}),
          ...(row.restoreId === null ? {} : { adminPasswordEnc: null }),
        }
      : rested(ended, error),
  });
  await notify(tx, instanceResource.topics(operation.orgId, instance.id));
  await notify(tx, deploymentResource.topics(operation.orgId, input.deploymentId));
  if (instance.status === 'failed' && before.status !== 'failed')
    await recordFact(tx, scope, {
      action: 'instance.error',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { status: instance.status, reason: error?.code ?? null },
    });
}
