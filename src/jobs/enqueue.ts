import type { OrgScope } from '../access/access.ts';
import { type Prisma, type Tx, uniqueViolation } from '../db.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import type { OperationKind } from './kind.ts';
import type { OperationQueue } from './queue.ts';

export interface NewOperation<Input> {
  resourceId: string;
  /** The server that it works on: operations of one server share its bounded lane. */
  serverId: string | null;
  input: Input & Prisma.InputJsonValue;
  retryOfId?: string;
}

/** Creates the operation, its steps and its job in the caller's transaction. A live one of the resource is a 409. */
export async function enqueue<Input>(queue: OperationQueue, tx: Tx, scope: OrgScope, kind: OperationKind<Input>, given: NewOperation<Input>) {
  parse(kind.input, given.input);
  const id = newId();
  const operation = await tx.operation
    .create({
      data: {
        id,
        orgId: scope.orgId,
        kind: kind.kind,
        resourceType: kind.resourceType,
        resourceId: given.resourceId,
        serverId: given.serverId,
        input: given.input,
        retryOfId: given.retryOfId ?? null,
        requestId: scope.requestId,
        createdById: scope.actor.id,
        steps: { create: kind.steps.map((step, position) => ({ position, name: step.name, title: step.title })) },
      },
    })
    .catch((error: unknown) => {
      if (uniqueViolation(error) === undefined) throw error;
      throw new AppError('operation_in_progress', `Another operation of this ${kind.resourceType} is still under way`, {
        resource: kind.resourceType,
        id: given.resourceId,
      });
    });
  await queue.send(tx, { operationId: id, serverId: given.serverId });
  await notify(tx, [`operation:${id}`, `org:${scope.orgId}:operations`]);
  return operation;
}
