import type { FactScope } from '../access/scope.ts';
import { type Prisma, type Tx, uniqueViolation } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import type { OperationKind } from './definition.ts';
import { operationTopics } from './live.ts';
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
  const operation = await tx.operation
    .create({
      data: {
        id,
        orgId: scope.orgId,
        kind,
        resourceType: resource.type,
        ...data,
        requestId: scope.requestId,
        createdById: scope.actor.id,
        steps: { create: steps.map((step, position) => ({ position, name: step.name, title: step.title })) },
      },
      include: { steps: { orderBy: { position: 'asc' } } },
    })
    .catch((error: unknown) => {
      if (uniqueViolation(error) === undefined) throw error;
      throw new AppError('operation_in_progress', `Another operation of this ${resource.type} is still running`, {
        resource: resource.type,
        id: draft.resourceId,
      });
    });
  await queue.send(tx, { id, serverId: draft.serverId, orgId: scope.orgId });
  await notify(tx, [...operationTopics(scope.orgId, id, true), ...resource.topics(scope.orgId, draft.resourceId)]);
  return operation;
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
