import { z } from 'zod';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { found } from '../errors.ts';
import type { EventName } from '../events/catalogue/catalogue.ts';
import { notify } from '../events/hub.ts';
import type { OperationError, Outcome } from './kind.ts';
import { operationTopics } from './live.ts';

const stateShape = z.record(z.string(), z.json());

/** What finished steps left, as a kind sees it. */
export const stateOf = (state: unknown): z.infer<typeof stateShape> => stateShape.catch({}).parse(state);

const endings = {
  succeeded: 'operation.completed',
  failed: 'operation.failed',
  cancelled: 'operation.cancelled',
} as const satisfies Record<Outcome, EventName>;

export interface Ending {
  outcome: Outcome;
  error: OperationError | null;
  /** Without the kind's own part, which failed again and again: its resource is left as it stands. */
  withoutKind?: true;
}

/** Ends an operation in the transaction that holds its row: its resource, steps, job, audit entry and event with it. */
export async function settleOperation(
  app: App,
  tx: Tx,
  scope: FactScope,
  id: string,
  { outcome, error, withoutKind }: Ending,
): Promise<void> {
  // What is sealed in the input may have been sealed anew since the worker read it; the row is locked now.
  const row = found(await tx.operation.findUnique({ where: { id } }), 'operation', id);
  const { orgId, kind: name, resourceId, serverId, attempt, input } = row;
  const kind = app.kinds.get(name);
  if (!withoutKind)
    await kind?.settle(
      tx,
      { operation: { id, orgId, kind: name, resourceId, serverId, attempt }, input, scope, state: stateOf(row.state) },
      outcome,
      error,
    );
  await tx.operationStep.updateMany({
    where: { operationId: id, status: { in: ['pending', 'running'] } },
    data: { status: outcome === 'succeeded' ? 'succeeded' : 'skipped' },
  });
  await tx.operation.update({
    where: { id },
    data: {
      status: outcome,
      leaseUntil: null,
      sessions: [],
      finishedAt: new Date(),
      ...(outcome === 'succeeded' ? { progress: 100 } : {}),
      errorCode: error?.code ?? null,
      errorMessage: error?.message ?? null,
      errorHint: error?.hint ?? null,
    },
  });
  await app.queue.remove(tx, id);
  await recordFact(tx, scope, {
    action: endings[outcome],
    resource: 'operation',
    resourceId: id,
    resourceName: name,
    projectId: row.projectId,
    after: { kind: name, resourceId, error: error?.code ?? null },
  });
  await notify(tx, [...operationTopics(orgId, id), `logs:${id}`]);
}
