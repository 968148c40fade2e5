import type { OrgScope } from '../access/scope.ts';
import { getServer } from './list.ts';

export const periods = { '1h': 3600, '6h': 6 * 3600, '24h': 86400, '7d': 7 * 86400 } as const;
export type Period = keyof typeof periods;

/** The readings of a period, oldest first; long periods are thinned to at most about 360 points. */
export async function serverMetrics(scope: OrgScope, serverId: string, period: Period) {
  await getServer(scope, serverId);
  const since = new Date(Date.now() - periods[period] * 1000);
  const rows = await scope.db.serverMetric.findMany({
    where: { serverId, orgId: scope.orgId, collectedAt: { gte: since } },
    orderBy: { collectedAt: 'asc' },
  });
  const every = Math.ceil(rows.length / 360);
  return rows.filter((_, index) => (rows.length - 1 - index) % every === 0);
}

/** The readings of a period with their number, as the reference of the product has them. */
export async function serverMetricHistory(scope: OrgScope, serverId: string, period: Period) {
  const metrics = await serverMetrics(scope, serverId, period);
  return { count: metrics.length, period, metrics };
}

export async function latestServerMetric(scope: OrgScope, serverId: string) {
  await getServer(scope, serverId);
  return scope.db.serverMetric.findFirst({ where: { serverId, orgId: scope.orgId }, orderBy: { collectedAt: 'desc' } });
}
