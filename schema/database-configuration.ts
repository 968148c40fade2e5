import {
  type DatabaseConfiguration as ConfigurationRow,
  databaseConfiguration,
  type DatabaseMetricPoint as PointRow,
  databaseMetrics,
  type DatabaseParameter as ParameterRow,
  databasePresets,
} from '../src/instance-databases/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { idArg } from './instance.ts';
import { MetricPeriod } from './server-metrics.ts';

const DatabaseParameter = builder.objectRef<ParameterRow>('DatabaseParameter').implement({
  description: 'A parameter of PostgreSQL that can be configured.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    category: t.exposeString('category', {
      description: 'What it is about: memory, connections, wal, planner, parallel, autovacuum or logging.',
    }),
    description: t.exposeString('description', { description: 'What it does.' }),
    type: t.exposeString('kind', { description: 'memory, time, integer, number, choice or boolean.' }),
    unit: t.exposeString('unit', {
      nullable: true,
      description: 'What `min` and `max` count: kB or ms; null for plain numbers.',
    }),
    min: t.exposeFloat('min', { nullable: true, description: 'The smallest value.' }),
    max: t.exposeFloat('max', { nullable: true, description: 'The largest value.' }),
    options: t.exposeStringList('options', { description: 'The values that it can have; empty for numbers.' }),
    default: t.exposeString('usual', {
      nullable: true,
      description: 'What it has where nothing is configured; null while PostgreSQL does not run.',
    }),
    configured: t.exposeString('configured', {
      nullable: true,
      description: 'What is configured; null for the default.',
    }),
    current: t.exposeString('current', {
      nullable: true,
      description: 'What PostgreSQL runs with; null while it does not run.',
    }),
    pending: t.exposeBoolean('pending', { description: 'Whether what is configured waits for the next start.' }),
    needsRestart: t.exposeBoolean('needsRestart', {
      description: 'Whether a change restarts PostgreSQL and Odoo; the others are read while they run.',
    }),
  }),
});

const DatabaseConfiguration = builder.objectRef<ConfigurationRow>('DatabaseConfiguration').implement({
  description: 'How an instance’s PostgreSQL is configured.',
  fields: (t) => ({
    instanceId: t.exposeID('instanceId', { description: 'The instance.' }),
    memoryBytes: t.expose('memoryBytes', { type: 'ByteSize', description: 'The memory of PostgreSQL’s container.' }),
    cpuCores: t.exposeFloat('cpuCores', { description: 'The CPU cores of PostgreSQL’s container.' }),
    pending: t.exposeBoolean('pending', { description: 'Whether something waits for the next start.' }),
    parameters: t.field({
      type: [DatabaseParameter],
      description: 'Every parameter that can be configured.',
      resolve: ({ parameters }) => parameters,
    }),
  }),
});

const DatabaseSetting = builder.objectRef<{ name: string; value: string }>('DatabaseSetting').implement({
  description: 'A parameter with a value.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The parameter.' }),
    value: t.exposeString('value', { description: 'The value.' }),
  }),
});

export const DatabasePresetName = builder.enumType('DatabasePresetName', {
  description: 'A kind of use.',
  values: {
    odoo: { description: 'Odoo: short statements of pooled connections, and reports now and then.' },
    web: { description: 'Many short statements.' },
    oltp: { description: 'Very many writes.' },
    data_warehouse: { description: 'Few long statements.' },
    mixed: { description: 'Short statements beside long ones.' },
  } as const,
});

export const DatabaseStorage = builder.enumType('DatabaseStorage', {
  description: 'What the disk is.',
  values: {
    ssd: { description: 'An SSD.' },
    san: { description: 'A network of disks.' },
    hdd: { description: 'A rotating disk.' },
  } as const,
});

const DatabasePreset = builder
  .objectRef<{
    name: 'odoo' | 'web' | 'oltp' | 'data_warehouse' | 'mixed';
    description: string;
    parameters: { name: string; value: string }[];
  }>('DatabasePreset')
  .implement({
    description:
      'Parameters that suit a kind of use, computed as pgtune does from the memory and cores of the container.',
    fields: (t) => ({
      name: t.expose('name', { type: DatabasePresetName, description: 'The kind of use.' }),
      description: t.exposeString('description', { description: 'What it suits.' }),
      parameters: t.field({
        type: [DatabaseSetting],
        description: 'The parameters.',
        resolve: ({ parameters }) => parameters,
      }),
    }),
  });

const DatabaseMetricPoint = builder.objectRef<PointRow>('DatabaseMetricPoint').implement({
  description: 'The figures of a database in one step of time: of what goes up and down, the highest.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'The beginning of the step.' }),
    sizeBytes: t.expose('sizeBytes', { type: 'ByteSize', description: 'The size of the database at the end.' }),
    connections: t.exposeInt('connections', { description: 'The connections of clients.' }),
    maxConnections: t.exposeInt('maxConnections', { description: 'How many connections there can be.' }),
    active: t.exposeInt('active', { description: 'The connections with a statement that runs.' }),
    idleInTransaction: t.exposeInt('idleInTransaction', { description: 'The connections that idle in a transaction.' }),
    waiting: t.exposeInt('waiting', { description: 'The connections that wait for a lock.' }),
    longestTransactionSeconds: t.exposeFloat('longestTransactionSeconds', {
      description: 'The age of the oldest open transaction.',
    }),
    transactionsPerSecond: t.exposeFloat('transactionsPerSecond', {
      nullable: true,
      description: 'Transactions a second; null for the first reading, and after PostgreSQL’s counters began anew.',
    }),
    rollbacksPerSecond: t.exposeFloat('rollbacksPerSecond', { nullable: true, description: 'Rollbacks a second.' }),
    cacheHitRate: t.exposeFloat('cacheHitRate', { nullable: true, description: 'Pages found in memory, in percent.' }),
    deadlocks: t.exposeInt('deadlocks', { nullable: true, description: 'Deadlocks.' }),
    tempBytesPerSecond: t.exposeFloat('tempBytesPerSecond', {
      nullable: true,
      description: 'Bytes a second that were written to temporary files.',
    }),
  }),
});

const DatabaseMetricSeries = builder
  .objectRef<{ period: string; step: number; points: PointRow[] }>('DatabaseMetricSeries')
  .implement({
    description: 'The figures of a database in a period of time.',
    fields: (t) => ({
      period: t.exposeString('period', { description: 'The period of time: 1h, 6h, 24h or 7d.' }),
      step: t.exposeInt('step', { description: 'The seconds between two points.' }),
      points: t.field({
        type: [DatabaseMetricPoint],
        description: 'The points, oldest first. Where PostgreSQL was not read there is none.',
        resolve: ({ points }) => points,
      }),
    }),
  });

builder.queryFields((t) => ({
  databaseConfiguration: t.field({
    type: DatabaseConfiguration,
    authScopes: { permission: 'view:databases' },
    description: 'How an instance’s PostgreSQL is configured.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => databaseConfiguration(context.app, orgScope(context), id),
  }),
  databasePresets: t.field({
    type: [DatabasePreset],
    authScopes: { permission: 'view:databases' },
    description: 'Parameters by kind of use, for the container of an instance’s PostgreSQL.',
    args: {
      id: t.arg.id(idArg),
      storage: t.arg({ type: DatabaseStorage, defaultValue: 'ssd', description: 'What the disk is.' }),
    },
    resolve: (_root, { id, storage }, context) => databasePresets(orgScope(context), id, storage ?? 'ssd'),
  }),
  databaseMetrics: t.field({
    type: DatabaseMetricSeries,
    authScopes: { permission: 'view:databases' },
    description: 'The figures of an instance’s database over time. They are kept for seven days.',
    args: {
      id: t.arg.id(idArg),
      period: t.arg({ type: MetricPeriod, defaultValue: '1h', description: 'The period of time up to now.' }),
      step: t.arg.int({ description: 'The seconds between two points, 30 to 86400. Default: a 360th of the period.' }),
    },
    resolve: (_root, { id, period, step }, context) => databaseMetrics(orgScope(context), id, period ?? '1h', step),
  }),
}));
