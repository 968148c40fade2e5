import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Prisma } from '../database/database.ts';
import { AppError, invalidState } from '../errors.ts';
import { firstIdAt } from '../ids.ts';
import { parse } from '../parse.ts';
import { getWebhookDelivery } from './deliveries.ts';
import { replayInput } from './fields.ts';
import { type EndpointRow, getWebhookEndpoint, factAbout, wakeQueue } from './rows.ts';

/** It begins the schedule anew. */
const again = { status: 'pending', tries: 0, finishedAt: null } as const;

async function replay(app: App, scope: OrgScope, row: EndpointRow, where: Prisma.WebhookDeliveryWhereInput) {
  if (!row.active) throw invalidState('webhook endpoint', 'inactive', ['active']);
  return mutate(app, scope, async ({ tx, record }) => {
    const { count } = await tx.webhookDelivery.updateMany({
      where: { ...where, endpointId: row.id, orgId: scope.orgId },
      data: { ...again, nextAttemptAt: new Date() },
    });
    await wakeQueue(tx, row.id);
    await record({
      action: 'webhook_endpoint.replayed',
      ...factAbout(row),
      after: { deliveries: count },
    });
    return count;
  });
}

/** Sends one delivery again, or now if it waits for its next attempt: with the same `webhook-id`. */
export async function replayWebhookDelivery(app: App, scope: OrgScope, id: string) {
  const delivery = await getWebhookDelivery(scope, id);
  const event = await scope.db.outboxEvent.findFirst({ where: { eventId: delivery.eventId, orgId: scope.orgId } });
  if (!event)
    throw new AppError('unprocessable', 'The event of this delivery is no longer kept', { constraint: 'kept' });
  const endpoint = await getWebhookEndpoint(scope, delivery.endpointId);
  // What was never tried is on its way already, in its turn.
  await replay(app, scope, endpoint, { id, NOT: { status: 'pending', nextAttemptAt: null } });
  return delivery;
}

/** Sends everything again that failed in the end since the time. Gives the number of deliveries. */
export async function replayFailedWebhookDeliveries(app: App, scope: OrgScope, endpointId: string, given: unknown) {
  const { since } = parse(replayInput, given);
  const endpoint = await getWebhookEndpoint(scope, endpointId);
  const deliveries = await replay(app, scope, endpoint, {
    status: 'failed',
    id: { gte: firstIdAt(since) },
    createdAt: { gte: since },
  });
  return { endpoint, deliveries };
}
