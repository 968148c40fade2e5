import { type SystemHealth, systemHealth } from '../src/admin/index.ts';
import { builder } from './builder.ts';

const DatabaseHealth = builder.objectRef<SystemHealth['database']>('DatabaseHealth').implement({
  description: 'How the database is.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'The version of PostgreSQL.' }),
    sizeBytes: t.field({ type: 'ByteSize', description: 'Its size.', resolve: (row) => row.sizeBytes }),
    latencyMs: t.exposeFloat('latencyMs', { description: 'How long a small statement takes, in milliseconds.' }),
    connections: t.exposeInt('connections', { description: 'The open connections of all processes.' }),
    maxConnections: t.exposeInt('maxConnections', { description: 'How many it allows.' }),
    poolTotal: t.exposeInt('poolTotal', { description: 'The connections of this process.' }),
    poolIdle: t.exposeInt('poolIdle', { description: 'Those of them that nobody uses.' }),
    poolWaiting: t.exposeInt('poolWaiting', { description: 'Requests of this process that wait for a connection.' }),
  }),
});

const MigrationHealth = builder.objectRef<SystemHealth['migrations']>('MigrationHealth').implement({
  description: 'The migrations of the database.',
  fields: (t) => ({
    applied: t.exposeInt('applied', { description: 'How many were applied.' }),
    pending: t.exposeStringList('pending', { description: 'Those of this version that were not.' }),
    latest: t.exposeString('latest', { nullable: true, description: 'The latest that was applied.' }),
  }),
});

const DiskHealth = builder.objectRef<SystemHealth['disk']>('DiskHealth').implement({
  description: 'The disk of the data directory, on the machine that answers.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The data directory.' }),
    totalBytes: t.field({ type: 'ByteSize', description: 'The size of its disk.', resolve: (row) => row.totalBytes }),
    availableBytes: t.field({
      type: 'ByteSize',
      description: 'What is free.',
      resolve: (row) => row.availableBytes,
    }),
  }),
});

const SystemStatus = builder.enumType('SystemStatus', {
  description: 'Whether an installation needs to be looked at.',
  values: {
    ok: { description: 'Everything works.' },
    degraded: { description: 'Something needs to be looked at.' },
  } as const,
});

const SystemHealthType = builder.objectRef<SystemHealth>('SystemHealth').implement({
  description: 'How this installation is.',
  fields: (t) => ({
    status: t.expose('status', { type: SystemStatus, description: 'Whether something needs to be looked at.' }),
    problems: t.exposeStringList('problems', { description: 'What needs to be looked at.' }),
    version: t.exposeString('version', { description: 'The version of oCore.' }),
    nodeVersion: t.exposeString('nodeVersion', { description: 'The version of Node.js.' }),
    database: t.expose('database', { type: DatabaseHealth, description: 'The database.' }),
    queueLagSeconds: t.exposeInt('queueLagSeconds', {
      description: 'How many seconds the oldest queued operation has waited.',
    }),
    mailLagSeconds: t.exposeInt('mailLagSeconds', {
      description: 'How many seconds the oldest unsent e-mail has waited.',
    }),
    workers: t.exposeInt('workers', { description: 'The running processes that take operations.' }),
    migrations: t.expose('migrations', { type: MigrationHealth, description: 'The migrations of the database.' }),
    disk: t.expose('disk', { type: DiskHealth, description: 'The disk of the data directory.' }),
  }),
});

builder.queryField('adminSystemHealth', (t) =>
  t.field({
    type: SystemHealthType,
    authScopes: { admin: true },
    description: 'How this installation is: database, queues, workers, migrations and disk.',
    resolve: (_root, _args, { app }) => systemHealth(app),
  }),
);
