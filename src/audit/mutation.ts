import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { isReferenceViolation, Prisma, type Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import type { LiveResource } from '../events/live-resource.ts';
import { newId } from '../ids.ts';
import type { OperationKind } from '../operations/definition.ts';
import { enqueue, type NewOperation } from '../operations/enqueue.ts';

type Json = Prisma.InputJsonValue;

/** One fact for the audit log and the outbox. `action` is `<resource>.<what happened>`. States hold no secrets. */
export type Fact = {
  action: string;
  resourceId: string;
  resourceName?: string;
  before?: Json;
  after?: Json;
} & (
  | { resourceType: string }
  /** One that can be subscribed to: its subscribers are woken. */
  | { resource: LiveResource }
);

export interface Mutation {
  readonly tx: Tx;
  /** Writes the audit entry and the outbox event, and wakes the resource's subscribers. */
  record(fact: Fact): Promise<void>;
  /** Creates the operation with its steps and its job; returns its row. */
  start<Input>(kind: OperationKind<Input>, operation: NewOperation<Input>): ReturnType<typeof enqueue>;
}

export async function recordFact(tx: Tx, scope: FactScope, fact: Fact): Promise<void> {
  const resourceType = 'resource' in fact ? fact.resource.type : fact.resourceType;
  await tx.auditEntry.create({
    data: {
      id: newId(),
      orgId: scope.orgId,
      action: fact.action,
      resourceType,
      resourceId: fact.resourceId,
      resourceName: fact.resourceName ?? null,
      actorType: scope.actor.type,
      actorId: scope.actor.id,
      actorName: scope.actor.name,
      ipAddress: scope.ipAddress,
      userAgent: scope.userAgent,
      requestId: scope.requestId,
      beforeState: fact.before ?? Prisma.DbNull,
      afterState: fact.after ?? Prisma.DbNull,
    },
  });
  await tx.outboxEvent.create({
    data: {
      orgId: scope.orgId,
      type: fact.action,
      resourceType,
      resourceId: fact.resourceId,
      requestId: scope.requestId,
      payload: fact.after ?? {},
    },
  });
  if ('resource' in fact) await notify(tx, fact.resource.topics(scope.orgId, fact.resourceId));
}

/** Runs one mutation of a tenant: rows, operation, job, audit entry and outbox event commit together or not at all. */
export function mutate<T>(app: App, scope: FactScope, work: (mutation: Mutation) => Promise<T>): Promise<T> {
  return app.db.tenants
    .transaction(scope.orgId, (tx) =>
      work({
        tx,
        record: (fact) => recordFact(tx, scope, fact),
        start: (kind, operation) => enqueue(app.queue, tx, scope, kind, operation),
      }),
    )
    .catch((error: unknown) => {
      if (!isReferenceViolation(error)) throw error;
      throw new AppError(
        'conflict',
        'A resource in this request was deleted or came into use at the same time; check it and try again',
        { constraint: 'reference' },
      );
    });
}
