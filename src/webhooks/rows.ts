import type { WebhookEndpoint } from '../../prisma/generated/client/client.ts';
import { reachOf } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import { notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { isId } from '../ids.ts';
import { foundById, page, type PageArgs } from '../lists.ts';

/** `signingSecret` only in the response that made it. */
export type EndpointRow = WebhookEndpoint & { signingSecret?: string };

export async function getWebhookEndpoint(scope: OrgScope, id: string): Promise<EndpointRow> {
  const row = isId(id) ? await scope.db.webhookEndpoint.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  if (!row) throw notFound('webhook endpoint', id);
  return row;
}

export function listWebhookEndpoints(scope: OrgScope, args: PageArgs) {
  const where = { orgId: scope.orgId };
  return page<EndpointRow>(`webhook endpoints of ${scope.orgId}`, args, {
    find: (seek) => scope.db.webhookEndpoint.findMany(foundById(where, seek)),
    count: () => scope.db.webhookEndpoint.count({ where }),
  });
}

/** The path of a URL may be the only secret of its receiver: only who may change the endpoint sees it. */
export function urlShown(scope: OrgScope, row: Pick<EndpointRow, 'url'>): string {
  return reachOf(scope.access, 'manage:webhooks') === 'all' ? row.url : `${new URL(row.url).origin}/…`;
}

export const hostOf = ({ url }: Pick<EndpointRow, 'url'>): string => new URL(url).host;

/** What the audit log and events tell. */
export const shown = (row: EndpointRow) => {
  const { events, projectIds, format, active } = row;
  return { host: hostOf(row), events, projectIds, format, active };
};

/** Whom a fact is about. */
export const factAbout = (row: Pick<EndpointRow, 'id' | 'url'>) => ({
  resource: 'webhook_endpoint',
  resourceId: row.id,
  resourceName: hostOf(row),
});

/** The projects must be there. */
export async function requireProjects(tx: Tx, orgId: string, ids: readonly string[]): Promise<void> {
  const known = ids.filter(isId);
  const rows = await tx.project.findMany({ where: { orgId, id: { in: known } }, select: { id: true } });
  const there = new Set(rows.map(({ id }) => id));
  const missing = ids.find((id) => !there.has(id));
  if (missing !== undefined) throw notFound('project', missing);
}

/** Lets the worker that sends to the endpoint read it and what waits anew, when the transaction commits. */
export async function wakeQueue(tx: Tx, endpointId: string): Promise<void> {
  await tx.$executeRaw`UPDATE webhook_queues SET version = version + 1, wake_at = now() WHERE endpoint_id = ${endpointId}::uuid`;
  await notify(tx, ['webhooks']);
}
