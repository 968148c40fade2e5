import type { FactScope } from '../access/scope.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import type { OperationKind } from './definition.ts';
import { liveOperation, operationInProgress, operationTopics } from './live.ts';
import type { OperationQueue } from './queue.ts';

export interface NewOperation<Input> {
  resourceId: string;
  /** The server that it works on: operations of one server share its bounded lane. */
  serverId: string | null;
  /** The project of the resource; null for what belongs to none. */
  projectId: string | null;
  input: Input & Prisma.InputJsonValue;
  retryOfId?: string;
}

interface Draft {
  kind: OperationKind<unknown>;
  resourceId: string;
  serverId: string | null;
  projectId: string | null;
  input: Prisma.InputJsonValue;
  retryOfId: string | null;
  steps: readonly { name: string; title: string }[];
}

async function insert(queue: OperationQueue, tx: Tx, scope: FactScope, draft: Draft) {
  const id = newId();
  const {
    kind: { kind, resource },
    steps,
    ...data
  } = draft;
  const row = {
    id,
    orgId: scope.orgId,
    kind,
    resourceType: resource.type,
    ...data,
    requestId: scope.requestId,
    createdById: scope.actor.id,
  };
  // One that loses against another request waits for it here, and sees its operation then.
  const [operation] = await tx.operation.createManyAndReturn({ data: [row], skipDuplicates: true });
  if (!operation) {
    const { resourceId } = draft;
    const live = await tx.operation.findFirst({ where: { resourceId, orgId: scope.orgId, ...liveOperation } });
    throw operationInProgress(resource.type, resourceId, live);
  }
  const made = await tx.operationStep.createManyAndReturn({
    data: steps.map(({ name, title }, position) => ({ operationId: id, position, name, title })),
  });
  await queue.send(tx, { id, serverId: draft.serverId, orgId: scope.orgId });
  await notify(tx, [...operationTopics(scope.orgId, id, true), ...resource.topics(scope.orgId, draft.resourceId)]);
  return { ...operation, steps: made.sort((one, other) => one.position - other.position) };
}

/** Creates the operation, its steps and its job in the caller's transaction. A live one of the resource is a 409. */
export function enqueue<Input>(
  queue: OperationQueue,
  tx: Tx,
  scope: FactScope,
  kind: OperationKind<Input>,
  given: NewOperation<Input>,
) {
  parse(kind.input, given.input);
  return insert(queue, tx, scope, { kind, ...given, retryOfId: given.retryOfId ?? null, steps: kind.steps });
}

/** The same operation once more, from its first step; its resource comes into the status that it had at the first time. */
export async function enqueueAgain(
  queue: OperationQueue,
  tx: Tx,
  scope: FactScope,
  kind: OperationKind<unknown>,
  before: Omit<Draft, 'kind' | 'input' | 'retryOfId'> & { id: string; input: Prisma.JsonValue },
) {
  const { resourceId, serverId, projectId, steps } = before;
  await kind.resource.enter(tx, scope.orgId, resourceId, kind.entering);
  return insert(queue, tx, scope, {
    kind,
    resourceId,
    serverId,
    projectId,
    steps,
    input: before.input ?? {},
    retryOfId: before.id,
  });
}
