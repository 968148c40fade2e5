import { z } from 'zod';
import type { DatabaseMetric } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { getInstance } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { type Period, periods } from '../servers/index.ts';
import { hitRate } from './overview.ts';

export const databaseMetricsInput = z.object({ step: z.int().min(30).max(86_400) });

/** What happened between two readings; null where the counters began anew in between. */
function between(before: DatabaseMetric | undefined, now: DatabaseMetric) {
  const seconds = before ? (now.collectedAt.getTime() - before.collectedAt.getTime()) / 1000 : 0;
  if (!before || seconds <= 0 || now.commits < before.commits || now.blocksHit < before.blocksHit) return undefined;
  const grown = (name: 'commits' | 'rollbacks' | 'blocksHit' | 'blocksRead' | 'deadlocks' | 'tempBytes'): number =>
    Math.max(0, Number(now[name] - before[name]));
  return {
    seconds,
    transactions: grown('commits') + grown('rollbacks'),
    rollbacks: grown('rollbacks'),
    hit: grown('blocksHit'),
    read: grown('blocksRead'),
    deadlocks: grown('deadlocks'),
    tempBytes: grown('tempBytes'),
  };
}

const most = (numbers: readonly number[]): number => numbers.reduce((one, other) => Math.max(one, other), 0);
const rounded = (value: number): number => Math.round(value * 100) / 100;

function pointOf(at: number, rows: readonly DatabaseMetric[], before: DatabaseMetric | undefined) {
  const spans = rows.flatMap((row, index) => between(index === 0 ? before : rows[index - 1], row) ?? []);
  const sum = (name: keyof (typeof spans)[number]): number => spans.reduce((total, span) => total + span[name], 0);
  const perSecond = (name: keyof (typeof spans)[number]): number | null =>
    spans.length > 0 ? rounded(sum(name) / sum('seconds')) : null;
  return {
    at: new Date(at),
    sizeBytes: rows.at(-1)?.sizeBytes ?? 0n,
    connections: most(rows.map((row) => row.connections)),
    maxConnections: rows.at(-1)?.maxConnections ?? 0,
    active: most(rows.map((row) => row.active)),
    idleInTransaction: most(rows.map((row) => row.idleInTransaction)),
    waiting: most(rows.map((row) => row.waiting)),
    longestTransactionSeconds: rounded(most(rows.map((row) => row.longestTransactionSeconds))),
    transactionsPerSecond: perSecond('transactions'),
    rollbacksPerSecond: perSecond('rollbacks'),
    cacheHitRate: spans.length > 0 ? hitRate({ hit: sum('hit'), read: sum('read') }) : null,
    deadlocks: spans.length > 0 ? sum('deadlocks') : null,
    tempBytesPerSecond: perSecond('tempBytes'),
  };
}
export type DatabaseMetricPoint = ReturnType<typeof pointOf>;

/** The readings of a period in steps, oldest first: of gauges the highest of each step, of counters what they grew. */
export async function databaseMetrics(scope: OrgScope, id: string, period: Period, wanted: number | null | undefined) {
  const instance = await getInstance(scope, id);
  const step = wanted ? parse(databaseMetricsInput, { step: wanted }).step : Math.max(30, periods[period] / 360);
  const since = new Date(Date.now() - periods[period] * 1000);
  const rows = await scope.db.databaseMetric.findMany({
    where: { instanceId: instance.id, orgId: scope.orgId, collectedAt: { gte: since } },
    orderBy: { collectedAt: 'asc' },
  });
  const steps = Map.groupBy(rows, (row) => Math.floor(row.collectedAt.getTime() / 1000 / step));
  let before: DatabaseMetric | undefined;
  const points: DatabaseMetricPoint[] = [];
  for (const [number, inStep] of steps) {
    points.push(pointOf(number * step * 1000, inStep, before));
    before = inStep.at(-1);
  }
  return { period, step, points };
}
