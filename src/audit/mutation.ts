import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { isReferenceViolation, type Prisma, type Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import type { EventData, EventPermission, OrganizationEventName } from '../events/catalogue/catalogue.ts';
import type { LiveResource } from '../events/live-resource.ts';
import { writeEvent } from '../events/outbox.ts';
import type { OperationKind } from '../operations/definition.ts';
import { enqueue, type NewOperation } from '../operations/enqueue.ts';
import { writeEntry } from './entry.ts';

type Json = Prisma.InputJsonValue;

type InProjects =
  | 'view:projects'
  | 'view:environments'
  | 'view:repositories'
  | 'view:deployments'
  | 'view:instances'
  | 'view:backups'
  | 'view:databases'
  | 'manage:databases'
  | 'view:operations';

/**
 * One fact for the audit log and the outbox. `after` is its data in the catalogue; `before` is for the audit log only.
 * States hold no secrets.
 */
export type Fact = {
  [Name in OrganizationEventName]: {
    action: Name;
    /** The type of the resource, or one that can be subscribed to: its subscribers are woken. */
    resource: string | LiveResource;
    resourceId: string;
    resourceName?: string;
    before?: Json;
  } & ([keyof EventData<Name>] extends [never] ? { after?: never } : { after: EventData<Name> }) &
    /** Where it is seen: null for what belongs to no project. */
    (EventPermission<Name> extends InProjects ? { projectId: string | null } : { projectId?: never });
}[OrganizationEventName];

export interface Mutation {
  readonly tx: Tx;
  /** Writes the audit entry and the outbox event, and wakes the resource's subscribers. */
  record(fact: Fact): Promise<void>;
  /** Creates the operation with its steps and its job; returns its row. */
  start<Input>(kind: OperationKind<Input>, operation: NewOperation<Input>): ReturnType<typeof enqueue>;
}

export async function recordFact(tx: Tx, scope: FactScope, fact: Fact): Promise<void> {
  const { orgId, actor, requestId } = scope;
  const { action, resource, resourceId, before, after, projectId = null } = fact;
  const live = typeof resource === 'string' ? undefined : resource;
  const resourceType = typeof resource === 'string' ? resource : resource.type;
  const about = { orgId, resourceType, resourceId, resourceName: fact.resourceName ?? null, actor };
  await writeEntry(tx, scope, { ...about, action, before, after });
  const topics = live?.topics(orgId, resourceId, action.endsWith('.created')) ?? [];
  await writeEvent(tx, { ...about, type: action, projectId, requestId, data: after ?? {} }, topics);
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
