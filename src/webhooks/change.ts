import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { parse } from '../parse.ts';
import { requireReachable } from './create.ts';
import { updateInput } from './fields.ts';
import { failWaiting } from './fail-waiting.ts';
import { type EndpointRow, getWebhookEndpoint, factAbout, requireProjects, shown, wakeQueue } from './rows.ts';
import { grantedTo, requireSees } from './told.ts';

/** Changes an endpoint. What waits for it is sent as it says now; what waits for an inactive one fails. */
export async function updateWebhookEndpoint(
  app: App,
  scope: OrgScope,
  id: string,
  given: unknown,
): Promise<EndpointRow> {
  const input = parse(updateInput, given);
  const before = await getWebhookEndpoint(scope, id);
  requireSees(scope.access, before);
  const url = input.url ?? before.url;
  if (input.url) requireReachable(app, input.url);
  const events = input.events ?? before.events;
  const projectIds = [...new Set(input.projectIds ?? before.projectIds)];
  const active = input.active ?? before.active;
  const isChosen = Boolean(input.events ?? input.projectIds);
  return mutate(app, scope, async ({ tx, record }) => {
    if (input.projectIds) await requireProjects(tx, scope.orgId, projectIds);
    const row = await tx.webhookEndpoint.update({
      where: { id, orgId: scope.orgId },
      data: {
        url,
        active,
        events,
        projectIds,
        ...(isChosen ? { permissions: grantedTo(scope.access, events, projectIds) } : {}),
        description: input.description ?? before.description,
        format: input.format ?? before.format,
        // A new beginning: what failed before counts no more.
        ...(active && !before.active ? { disabledReason: null, failingSince: null } : {}),
      },
    });
    if (!active) await failWaiting(tx, id);
    await wakeQueue(tx, id);
    await record({
      action: 'webhook_endpoint.updated',
      ...factAbout(row),
      before: shown(before),
      after: shown(row),
    });
    return row;
  });
}

/** Deletes an endpoint. Nothing more is sent to it; its deliveries are swept later. */
export async function deleteWebhookEndpoint(app: App, scope: OrgScope, id: string): Promise<EndpointRow> {
  const row = await getWebhookEndpoint(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    await wakeQueue(tx, id);
    await tx.webhookEndpoint.delete({ where: { id, orgId: scope.orgId } });
    await record({
      action: 'webhook_endpoint.deleted',
      ...factAbout(row),
      before: shown(row),
    });
    return row;
  });
}
