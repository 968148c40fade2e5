import { z } from 'zod';
import type { WebhookDelivery } from '../../prisma/generated/client/client.ts';
import { reachOf } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import { isSeen, sightOf } from '../events/filter.ts';
import type { OrgEvent } from '../events/read.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { byStatus, foundById, page, type PageArgs, type Period, periodOf, textFilter } from '../lists.ts';
import { bodyOf } from './body.ts';
import { getWebhookEndpoint } from './rows.ts';

export type DeliveryStatus = WebhookDelivery['status'];
export type DeliveryRow = WebhookDelivery;

export interface DeliveryFilter extends Period {
  status?: DeliveryStatus | null | undefined;
  eventType?: string | null | undefined;
}

const attempts = z.array(
  z.object({
    at: z.string(),
    status: z.number().nullable(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    durationMs: z.number(),
    error: z.string().nullable(),
  }),
);
export type ShownAttempt = z.infer<typeof attempts>[number] & { isSeen: boolean };

/** As the header `webhook-id` has it: the same at every attempt. */
export const messageId = (deliveryId: string): string => `msg_${deliveryId}`;

export async function listWebhookDeliveries(scope: OrgScope, endpointId: string, args: PageArgs & DeliveryFilter) {
  const endpoint = await getWebhookEndpoint(scope, endpointId);
  const { status } = byStatus<DeliveryStatus, DeliveryFilter>(args);
  const where = {
    orgId: scope.orgId,
    endpointId: endpoint.id,
    status: status && { in: status },
    eventType: textFilter('event_type', args.eventType),
    createdAt: periodOf(args),
  };
  return page(`webhook deliveries of ${endpoint.id}`, args, {
    find: (seek) => scope.db.webhookDelivery.findMany(foundById(where, seek)),
    count: () => scope.db.webhookDelivery.count({ where }),
  });
}

export async function getWebhookDelivery(scope: OrgScope, id: string): Promise<DeliveryRow> {
  const row = isId(id) ? await scope.db.webhookDelivery.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  // Those of a deleted endpoint are only waiting to be swept.
  const endpoint =
    row && (await scope.db.webhookEndpoint.findFirst({ where: { id: row.endpointId, orgId: scope.orgId } }));
  if (!row || !endpoint) throw notFound('webhook delivery', id);
  return row;
}

/** Whether the caller sees the event itself, and so what was sent of it and answered. */
export function isEventSeen({ access }: OrgScope, { eventType: type, projectId }: DeliveryRow): boolean {
  return isSeen(sightOf(access, new Set([type])), { type, projectId }, {});
}

/** The attempts, the oldest first. What was answered may repeat what was sent. */
export function attemptsOf(scope: OrgScope, row: DeliveryRow): ShownAttempt[] {
  const seen = isEventSeen(scope, row) && reachOf(scope.access, 'view:webhooks') === 'all';
  return attempts.parse(row.attempts).map((attempt) => ({ ...attempt, isSeen: seen }));
}

/** What is sent to the endpoint; null for an event that the caller does not see, or that is no longer kept. */
export async function requestBodyOf(scope: OrgScope, row: DeliveryRow): Promise<string | null> {
  if (!isEventSeen(scope, row)) return null;
  const [event, endpoint] = await Promise.all([
    scope.db.outboxEvent.findFirst({ where: { eventId: row.eventId, orgId: scope.orgId } }),
    scope.db.webhookEndpoint.findFirst({ where: { id: row.endpointId, orgId: scope.orgId }, select: { format: true } }),
  ]);
  if (!event || !endpoint) return null;
  const { eventId: id, payload: data, ...rest } = event;
  return bodyOf(endpoint.format, { ...rest, id, data } satisfies OrgEvent);
}
