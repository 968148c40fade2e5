import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, validationError } from '../errors.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { WebhookDestinations } from './destinations.ts';
import { createInput } from './fields.ts';
import { keysOwner, keysText, newKeys, publicKeyOf } from './keys.ts';
import { type EndpointRow, factAbout, requireProjects, shown } from './rows.ts';
import { testMessage } from './test-event.ts';
import { grantedTo } from './told.ts';

/** Each event is matched with every endpoint. */
const mostEndpoints = 100;

/** A host that can never be sent to is said at once; the others are checked at every connection. */
export function requireReachable(app: App, url: string): void {
  if (!new WebhookDestinations(app.config).deniesHost(new URL(url).hostname)) return;
  throw validationError([
    {
      field: 'url',
      constraint: 'destination',
      message: 'url: webhooks are sent to public addresses only, unless the operator of this installation allows more',
    },
  ]);
}

/** Creates an endpoint with its secret, which is given now and never again, and sends it a test. */
export async function createWebhookEndpoint(app: App, scope: OrgScope, given: unknown): Promise<EndpointRow> {
  const input = parse(createInput, given);
  requireReachable(app, input.url);
  const projectIds = [...new Set(input.projectIds ?? [])];
  const id = newId();
  const keys = newKeys(input.asymmetric ?? false, input.secret);
  return mutate(app, scope, async ({ tx, record }) => {
    await requireProjects(tx, scope.orgId, projectIds);
    const permissions = grantedTo(scope.access, input.events, projectIds);
    if ((await tx.webhookEndpoint.count({ where: { orgId: scope.orgId } })) >= mostEndpoints)
      throw new AppError('conflict', `An organization can have up to ${mostEndpoints} webhook endpoints`, {
        constraint: 'max',
        maximum: mostEndpoints,
      });
    const row = await tx.webhookEndpoint.create({
      data: {
        id,
        orgId: scope.orgId,
        url: input.url,
        description: input.description ?? '',
        events: input.events,
        permissions,
        projectIds,
        format: input.format ?? 'raw',
        active: input.active ?? true,
        keysEnc: app.secrets.seal(keysText(keys), keysOwner(id)),
        publicKey: publicKeyOf(keys),
        createdBy: scope.access.userId,
      },
    });
    await tx.webhookQueue.create({ data: { endpointId: id, orgId: scope.orgId } });
    await record({ action: 'webhook_endpoint.created', ...factAbout(row), after: shown(row) });
    if (row.active) await record({ ...factAbout(row), action: 'webhook_endpoint.tested', after: testMessage });
    return { ...row, signingSecret: keys.secret };
  });
}
