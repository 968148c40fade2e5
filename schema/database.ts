import {
  type DatabaseBackend as BackendRow,
  databaseBackends,
  type DatabaseLock as LockRow,
  databaseLocks,
  databaseOverview,
  type DatabaseOverview,
  type DatabaseStatement as StatementRow,
  databaseStatements,
  type DatabaseTable as TableRow,
  databaseTables,
} from '../src/instance-databases/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { idArg, Instance } from './instance.ts';
import { sees } from './loaders.ts';

const InstanceDatabase = builder.objectRef<DatabaseOverview>('InstanceDatabase').implement({
  description: 'The PostgreSQL of an instance and its database, read from the server just now.',
  fields: (t) => ({
    instanceId: t.exposeID('instanceId', { description: 'The instance.' }),
    name: t.exposeString('name', { description: 'The name of the database.' }),
    image: t.exposeString('image', { description: 'The image that PostgreSQL runs.' }),
    version: t.exposeString('version', { description: 'The release of PostgreSQL.' }),
    versionNumber: t.exposeInt('versionNumber', { description: 'The release as a number, such as 170006 for 17.6.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When PostgreSQL was started.' }),
    sizeBytes: t.expose('sizeBytes', { type: 'ByteSize', description: 'The size of the database on the disk.' }),
    connections: t.exposeInt('connections', { description: 'The connections of clients.' }),
    maxConnections: t.exposeInt('maxConnections', { description: 'How many connections there can be.' }),
    active: t.exposeInt('active', { description: 'The connections with a statement that runs.' }),
    idle: t.exposeInt('idle', { description: 'The connections that wait for a statement.' }),
    idleInTransaction: t.exposeInt('idleInTransaction', {
      description: 'The connections that wait for a statement inside a transaction.',
    }),
    waiting: t.exposeInt('waiting', { description: 'The connections that wait for a lock.' }),
    longestTransactionSeconds: t.exposeFloat('longestTransactionSeconds', {
      description: 'The age of the oldest open transaction; 0 for none.',
    }),
    cacheHitRate: t.exposeFloat('cacheHitRate', {
      nullable: true,
      description:
        'The pages that were found in memory, in percent since the statistics began; null before any was read.',
    }),
    commits: t.exposeFloat('commits', { description: 'Committed transactions since the statistics began.' }),
    rollbacks: t.exposeFloat('rollbacks', { description: 'Rolled back transactions since the statistics began.' }),
    deadlocks: t.exposeInt('deadlocks', { description: 'Deadlocks since the statistics began.' }),
    tempBytes: t.expose('tempBytes', {
      type: 'ByteSize',
      description: 'Bytes that statements wrote to temporary files since the statistics began.',
    }),
    statementsTracked: t.exposeBoolean('statementsTracked', {
      description:
        'Whether PostgreSQL counts its statements. Instances that are older than this do from their next start on.',
    }),
  }),
});

const DatabaseTable = builder.objectRef<TableRow>('DatabaseTable').implement({
  description: 'A table of an instance’s database.',
  fields: (t) => ({
    schema: t.exposeString('schema', { description: 'Its schema.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    sizeBytes: t.expose('sizeBytes', { type: 'ByteSize', description: 'Its size without indexes.' }),
    indexBytes: t.expose('indexBytes', { type: 'ByteSize', description: 'The size of its indexes.' }),
    rows: t.exposeFloat('rows', { nullable: true, description: 'Its rows, estimated; null before it was analysed.' }),
    deadRows: t.exposeFloat('deadRows', { description: 'Rows that no transaction sees any more, estimated.' }),
    bloatBytes: t.expose('bloatBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'What its pages have beyond what its rows need, estimated; null before it was analysed.',
    }),
    lastVacuumAt: t.expose('lastVacuumAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last vacuumed, by whomever; null since the statistics began.',
    }),
    lastAnalyzeAt: t.expose('lastAnalyzeAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last analysed, by whomever; null since the statistics began.',
    }),
  }),
});

/** Texts of statements have values of rows in them. */
const hidden = 'null without the permission manage:databases, because it can have personal data in it';

const DatabaseStatement = builder.objectRef<StatementRow>('DatabaseStatement').implement({
  description: 'A kind of statement that PostgreSQL has run, and what it took.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'PostgreSQL’s number of it.' }),
    role: t.exposeString('role', { description: 'The role that ran it.' }),
    query: t.string({
      nullable: true,
      description: `Its text with placeholders for values, up to 4000 characters; ${hidden}.`,
      resolve: (row, _args, context) => (sees(context, 'manage:databases', row.projectId) ? row.query : null),
    }),
    calls: t.exposeFloat('calls', { description: 'How often it ran.' }),
    totalMs: t.exposeFloat('totalMs', { description: 'The time of all runs, in milliseconds.' }),
    meanMs: t.exposeFloat('meanMs', { description: 'The mean time of a run, in milliseconds.' }),
    maxMs: t.exposeFloat('maxMs', { description: 'The time of the longest run, in milliseconds.' }),
    rows: t.exposeFloat('rows', { description: 'The rows of all runs.' }),
    blocksHit: t.exposeFloat('blocksHit', { description: 'Pages that were found in memory.' }),
    blocksRead: t.exposeFloat('blocksRead', { description: 'Pages that were read.' }),
    tempBlocksWritten: t.exposeFloat('tempBlocksWritten', {
      description: 'Pages of temporary files that were written.',
    }),
  }),
});

const DatabaseBackend = builder.objectRef<BackendRow>('DatabaseBackend').implement({
  description: 'A connection to an instance’s database.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Its id, which is never used again.' }),
    pid: t.exposeInt('pid', { description: 'The number of its process in the container.' }),
    role: t.exposeString('role', { nullable: true, description: 'The role that it is signed in as.' }),
    application: t.exposeString('application', { nullable: true, description: 'What the client calls itself.' }),
    clientAddress: t.exposeString('clientAddress', {
      nullable: true,
      description: 'The client; null inside the container.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was opened.' }),
    state: t.exposeString('state', { nullable: true, description: 'What it does: active, idle, idle in transaction.' }),
    waitType: t.exposeString('waitType', { nullable: true, description: 'The kind of thing that it waits for.' }),
    waitEvent: t.exposeString('waitEvent', { nullable: true, description: 'What it waits for.' }),
    transactionSeconds: t.exposeFloat('transactionSeconds', {
      nullable: true,
      description: 'The age of its transaction.',
    }),
    querySeconds: t.exposeFloat('querySeconds', { nullable: true, description: 'How long its statement runs.' }),
    blockedBy: t.exposeIntList('blockedBy', { description: 'The processes whose locks it waits for.' }),
    query: t.string({
      nullable: true,
      description: `Its statement, or its last one, up to 4000 characters; ${hidden}.`,
      resolve: (row, _args, context) => (sees(context, 'manage:databases', row.projectId) ? row.query : null),
    }),
  }),
});

const DatabaseLock = builder.objectRef<LockRow>('DatabaseLock').implement({
  description: 'A lock that a connection waits for.',
  fields: (t) => ({
    pid: t.exposeInt('pid', { description: 'The process that waits.' }),
    mode: t.exposeString('mode', { description: 'The mode of the lock.' }),
    type: t.exposeString('type', { description: 'What is locked: relation, transactionid, tuple.' }),
    relation: t.exposeString('relation', { nullable: true, description: 'The table or index, if it is one.' }),
    waitingSeconds: t.exposeFloat('waitingSeconds', { nullable: true, description: 'How long its statement runs.' }),
    blockedBy: t.exposeIntList('blockedBy', { description: 'The processes that it waits for.' }),
  }),
});

const StatementOrder = builder.enumType('DatabaseStatementOrder', {
  description: 'What comes first.',
  values: {
    TOTAL_TIME: { value: 'total_time', description: 'What took the most time in all.' },
    MEAN_TIME: { value: 'mean_time', description: 'What takes the most time each time.' },
    CALLS: { value: 'calls', description: 'What ran most often.' },
    ROWS: { value: 'rows', description: 'What gave the most rows.' },
  } as const,
});

builder.objectField(Instance, 'database', (t) =>
  t.field({
    type: InstanceDatabase,
    nullable: true,
    description: 'Its PostgreSQL, read from the server just now; null without the permission view:databases.',
    resolve: ({ id, projectId }, _args, context) =>
      sees(context, 'view:databases', projectId)
        ? databaseOverview(context.app, orgScope(context, 'view:databases'), id)
        : null,
  }),
);

builder.queryFields((t) => ({
  instanceDatabase: t.field({
    type: InstanceDatabase,
    authScopes: { permission: 'view:databases' },
    description: 'The PostgreSQL of an instance.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => databaseOverview(context.app, orgScope(context), id),
  }),
  databaseTables: t.field({
    type: [DatabaseTable],
    authScopes: { permission: 'view:databases' },
    description: 'The tables of an instance’s database, the largest first.',
    args: { id: t.arg.id(idArg), limit: t.arg.int({ defaultValue: 100, description: 'How many, 1 to 500.' }) },
    resolve: (_root, { id, limit }, context) => databaseTables(context.app, orgScope(context), id, limit ?? 100),
  }),
  databaseStatements: t.field({
    type: [DatabaseStatement],
    authScopes: { permission: 'view:databases' },
    description: 'The statements that took the most, by pg_stat_statements.',
    args: {
      id: t.arg.id(idArg),
      order: t.arg({ type: StatementOrder, defaultValue: 'total_time', description: 'What comes first.' }),
      limit: t.arg.int({ defaultValue: 50, description: 'How many, 1 to 200.' }),
    },
    resolve: async (_root, { id, order, limit }, context) =>
      databaseStatements(context.app, orgScope(context), id, { order: order ?? 'total_time', limit: limit ?? 50 }),
  }),
  databaseBackends: t.field({
    type: [DatabaseBackend],
    authScopes: { permission: 'view:databases' },
    description: 'The connections to an instance’s database, the oldest transaction first; at most 200.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => databaseBackends(context.app, orgScope(context), id),
  }),
  databaseLocks: t.field({
    type: [DatabaseLock],
    authScopes: { permission: 'view:databases' },
    description: 'The locks that connections wait for, with who holds them up; the longest wait first.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => databaseLocks(context.app, orgScope(context), id),
  }),
}));
