import type { ServerMetric as ServerMetricRow } from '../prisma/generated/client/client.ts';
import { latestServerMetric, serverMetricHistory, serverMetrics } from '../src/servers/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';

export const MetricPeriod = builder.enumType('MetricPeriod', {
  description: 'The period of time up to now.',
  values: {
    HOUR: { value: '1h', description: 'One hour.' },
    HOURS_6: { value: '6h', description: 'Six hours.' },
    HOURS_24: { value: '24h', description: 'A day.' },
    DAYS_7: { value: '7d', description: 'A week.' },
  } as const,
});

function percentOf(part: bigint, whole: bigint): number | null {
  return whole > 0n ? Math.round((Number(part) / Number(whole)) * 1000) / 10 : null;
}

const ServerMetric = builder.prismaObject('ServerMetric', {
  description: 'The metrics of a server at one time.',
  fields: (t) => ({
    collectedAt: t.expose('collectedAt', { type: 'DateTime', description: 'When they were collected.' }),
    cpuLoad1m: t.exposeFloat('cpuLoad1m', { description: 'Load average of one minute.' }),
    cpuLoad5m: t.exposeFloat('cpuLoad5m', { description: 'Load average of five minutes.' }),
    cpuLoad15m: t.exposeFloat('cpuLoad15m', { description: 'Load average of fifteen minutes.' }),
    cpuUsagePercent: t.exposeFloat('cpuUsagePercent', {
      nullable: true,
      description: 'CPU usage since the previous measurement, in percent of all cores.',
    }),
    ramTotalBytes: t.expose('ramTotalBytes', { type: 'ByteSize', description: 'Total memory in bytes.' }),
    ramUsedBytes: t.expose('ramUsedBytes', { type: 'ByteSize', description: 'Used memory in bytes.' }),
    ramAvailableBytes: t.expose('ramAvailableBytes', { type: 'ByteSize', description: 'Available memory in bytes.' }),
    ramUsagePercent: t.float({
      nullable: true,
      description: 'Used memory, in percent.',
      resolve: (row) => percentOf(row.ramUsedBytes, row.ramTotalBytes),
    }),
    diskTotalBytes: t.expose('diskTotalBytes', {
      type: 'ByteSize',
      description: 'Size in bytes of the disk that Docker uses.',
    }),
    diskUsedBytes: t.expose('diskUsedBytes', { type: 'ByteSize', description: 'Used disk space in bytes.' }),
    diskAvailableBytes: t.expose('diskAvailableBytes', { type: 'ByteSize', description: 'Free disk space in bytes.' }),
    diskUsagePercent: t.float({
      nullable: true,
      description: 'Used disk space, in percent.',
      resolve: (row) => percentOf(row.diskUsedBytes, row.diskTotalBytes),
    }),
    networkRxBytes: t.expose('networkRxBytes', {
      type: 'ByteSize',
      description: 'Bytes received since the server started.',
    }),
    networkTxBytes: t.expose('networkTxBytes', {
      type: 'ByteSize',
      description: 'Bytes sent since the server started.',
    }),
    uptimeSeconds: t.float({
      description: 'Seconds since the server started.',
      resolve: (row) => Number(row.uptimeSeconds),
    }),
  }),
});

const ServerMetricHistory = builder
  .objectRef<{ count: number; period: string; metrics: ServerMetricRow[] }>('ServerMetricHistory')
  .implement({
    description: 'The metrics of a server in a period of time.',
    fields: (t) => ({
      count: t.exposeInt('count', { description: 'The number of metrics here.' }),
      period: t.exposeString('period', { description: 'The period of time: 1h, 6h, 24h or 7d.' }),
      metrics: t.field({
        type: [ServerMetric],
        description: 'The metrics, oldest first. Long periods are sampled.',
        resolve: ({ metrics }) => metrics,
      }),
    }),
  });

builder.queryFields((t) => ({
  serverMetrics: t.field({
    type: [ServerMetric],
    authScopes: { permission: 'view:servers' },
    description: 'The metrics of a server, oldest first. Long periods are sampled.',
    deprecationReason: 'Since 2026-11-27; use serverMetricHistory. Will be removed on 2027-05-27.',
    args: {
      id: t.arg.id({ required: true, description: 'The server.' }),
      period: t.arg({ type: MetricPeriod, defaultValue: '1h', description: 'The period of time up to now.' }),
    },
    resolve: (_root, { id, period }, context) => serverMetrics(orgScope(context), id, period ?? '1h'),
  }),
  serverMetricHistory: t.field({
    type: ServerMetricHistory,
    authScopes: { permission: 'view:servers' },
    description: 'The metrics of a server, with their number.',
    args: {
      id: t.arg.id({ required: true, description: 'The server.' }),
      period: t.arg({ type: MetricPeriod, defaultValue: '1h', description: 'The period of time up to now.' }),
    },
    resolve: (_root, { id, period }, context) => serverMetricHistory(orgScope(context), id, period ?? '1h'),
  }),
  latestServerMetric: t.field({
    type: ServerMetric,
    nullable: true,
    authScopes: { permission: 'view:servers' },
    description: 'The latest metrics of a server.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }) },
    resolve: (_root, { id }, context) => latestServerMetric(orgScope(context), id),
  }),
}));
