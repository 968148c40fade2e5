import type { Actor } from '../access/access.ts';
import type { Prisma, Tx } from '../database/database.ts';
import type { OrganizationEventName } from './catalogue/catalogue.ts';
import { type Change, notifying, type Topic } from './hub.ts';

export interface NewEvent {
  orgId: string;
  /** The project of its resource: who is limited to single projects sees no others; null for what belongs to none. */
  projectId: string | null;
  type: OrganizationEventName;
  resourceType: string;
  resourceId: string;
  resourceName: string | null;
  actor: Actor;
  requestId: string;
  data: Prisma.InputJsonValue;
}

/** Wakes who follows the events of an organization; `outbox` wakes who reads those of all. */
export const eventsTopic = (orgId: string): Topic => `events:${orgId}`;

/**
 * Writes an event in the transaction of what it tells of, so that it is there exactly when that is, and wakes its readers
 * and those of the topics: in one statement, for every change makes an event.
 */
export async function writeEvent(tx: Tx, event: NewEvent, topics: readonly (Topic | Change)[]): Promise<void> {
  const { orgId, projectId, type, resourceType, resourceId, resourceName, actor, requestId } = event;
  const data = JSON.stringify(event.data);
  await tx.$queryRaw`
    WITH written AS (
      INSERT INTO outbox_events (org_id, project_id, type, resource_type, resource_id, resource_name, actor_type, actor_id, actor_name, administrator_name, request_id, payload)
      VALUES (${orgId}::uuid, ${projectId}::uuid, ${type}, ${resourceType}, ${resourceId}::uuid, ${resourceName}, ${actor.type}, ${actor.id}::uuid, ${actor.name}, ${actor.administrator?.name ?? null}, ${requestId}, ${data}::jsonb))
    SELECT ${notifying([eventsTopic(orgId), 'outbox', ...topics])}`;
}
