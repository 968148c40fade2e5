import type { Instance as InstanceRow, Operation as OperationRow } from '../prisma/generated/client/client.ts';
import {
  configureDatabase,
  createDatabaseUser,
  type DatabaseUser as UserRow,
  databaseUsers,
  deleteDatabaseUser,
  maintainDatabase,
  queryDatabase,
  type QueryResult,
  rotateDatabasePassword,
  terminateDatabaseBackend,
} from '../src/instance-databases/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { DatabasePresetName, DatabaseStorage } from './database-configuration.ts';
import { idArg, Instance } from './instance.ts';
import { Operation } from './operation.ts';

interface Payload {
  instance: InstanceRow;
  operation: OperationRow;
}

export const DatabasePayload = builder.objectRef<Payload>('DatabasePayload').implement({
  description: 'An instance and the operation that works on its database.',
  fields: (t) => ({
    instance: t.field({ type: Instance, description: 'The instance.', resolve: (row) => row.instance }),
    operation: t.field({
      type: Operation,
      description: 'The operation that was started.',
      resolve: (row) => row.operation,
    }),
  }),
});

export const ConfigureDatabasePayload = builder
  .objectRef<{ instance: InstanceRow; operation: OperationRow | null; message: string }>('ConfigureDatabasePayload')
  .implement({
    description: 'An instance and the operation that configures its PostgreSQL, or PgBouncer in front of it.',
    fields: (t) => ({
      instance: t.field({ type: Instance, description: 'The instance.', resolve: (row) => row.instance }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'The operation that was started; null if the change is saved for the next start.',
        resolve: (row) => row.operation,
      }),
      message: t.exposeString('message', { description: 'What becomes of the change.' }),
    }),
  });

const DatabaseUser = builder.objectRef<UserRow>('DatabaseUser').implement({
  description: 'A role of PostgreSQL that can read everything in an instance’s database, and change nothing.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    instanceId: t.exposeID('instanceId', { description: 'The instance.' }),
    database: t.exposeString('database', { description: 'The name of the database.' }),
    password: t.string({
      nullable: true,
      description: 'Its password. Only the response that creates it has it; null otherwise.',
      resolve: (row) => row.password ?? null,
    }),
    connectionLimit: t.exposeInt('connectionLimit', { description: 'How many connections it can have.' }),
    statementTimeoutSeconds: t.exposeFloat('statementTimeoutSeconds', {
      nullable: true,
      description: 'After this a statement is ended, unless the client chose another time.',
    }),
    connections: t.exposeInt('connections', { description: 'The connections that it has.' }),
    tunnelCommand: t.exposeString('tunnelCommand', {
      description:
        'PostgreSQL publishes no port. This command of somebody with SSH access to the server leads 127.0.0.1:5432 of their machine there; without the permission view:servers it has placeholders.',
    }),
  }),
});

const DeletedDatabaseUser = builder.objectRef<{ name: string }>('DeletedDatabaseUser').implement({
  description: 'A read-only user that was deleted.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'Its name.' }) }),
});
const TerminatedBackend = builder.objectRef<{ backendId: string }>('TerminatedDatabaseBackend').implement({
  description: 'A connection that was ended.',
  fields: (t) => ({ backendId: t.exposeString('backendId', { description: 'Its id.' }) }),
});

const DatabaseColumn = builder.objectRef<{ name: string; type: string }>('DatabaseColumn').implement({
  description: 'A column of a result.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    type: t.exposeString('type', { description: 'Its type in PostgreSQL.' }),
  }),
});
const DatabaseQueryResult = builder.objectRef<QueryResult>('DatabaseQueryResult').implement({
  description: 'What a statement gave.',
  fields: (t) => ({
    columns: t.field({ type: [DatabaseColumn], description: 'The columns.', resolve: ({ columns }) => columns }),
    rows: t.field({
      type: t.listRef(t.listRef('String', { nullable: true })),
      description:
        'The rows: each a list of the values of its columns, as PostgreSQL writes them, up to 65,536 characters; null for NULL.',
      resolve: ({ rows }) => rows,
    }),
    rowCount: t.exposeInt('rowCount', { description: 'The number of rows here.' }),
    truncated: t.exposeBoolean('truncated', { description: 'Whether there are more.' }),
    durationMs: t.exposeInt('durationMs', { description: 'How long it took, in milliseconds.' }),
  }),
});

const DatabaseParameterInput = builder.inputType('DatabaseParameterInput', {
  description: 'A parameter of PostgreSQL.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    value: t.string({
      description: 'Its value, as PostgreSQL writes it: `64MB`, `30s`, `1.1`, `on`. Null for the default.',
    }),
  }),
});
const ConfigureDatabaseInput = builder.inputType('ConfigureDatabaseInput', {
  description: 'The changes. Parameters that are not named keep their value.',
  fields: (t) => ({
    preset: t.field({ type: DatabasePresetName, description: 'All parameters of a preset, before the single ones.' }),
    storage: t.field({ type: DatabaseStorage, description: 'What the disk is, for the preset. Default: ssd.' }),
    parameters: t.field({ type: [DatabaseParameterInput], description: 'Single parameters.' }),
  }),
});
const DatabaseTableInput = builder.inputType('DatabaseTableInput', {
  description: 'A table.',
  fields: (t) => ({
    schema: t.string({ description: 'Its schema. Default: public.' }),
    name: t.string({ required: true, description: 'Its name.' }),
  }),
});
const MaintenanceAction = builder.enumType('DatabaseMaintenanceAction', {
  description: 'What is done with tables. Odoo works on meanwhile.',
  values: {
    vacuum: { description: 'Makes the room of dead rows usable again.' },
    vacuum_analyze: { description: 'The same, and reads what the planner needs to know.' },
    analyze: { description: 'Reads what the planner needs to know.' },
    reindex: { description: 'Makes the indexes again, beside the old ones.' },
  } as const,
});
const MaintainDatabaseInput = builder.inputType('MaintainDatabaseInput', {
  description: 'What is to be done.',
  fields: (t) => ({
    action: t.field({ type: MaintenanceAction, required: true, description: 'What is done.' }),
    tables: t.field({ type: [DatabaseTableInput], description: 'The tables, up to 100. Default: all.' }),
  }),
});
const CreateDatabaseUserInput = builder.inputType('CreateDatabaseUserInput', {
  description: 'A read-only user.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name: 2 to 40 lower-case letters, digits and underscores.' }),
    connectionLimit: t.int({ description: 'How many connections it can have, 1 to 20. Default: 5.' }),
    statementTimeoutSeconds: t.int({ description: 'After this a statement is ended, 1 to 3600 s. Default: 60.' }),
  }),
});
const QueryDatabaseInput = builder.inputType('QueryDatabaseInput', {
  description: 'A statement.',
  fields: (t) => ({
    sql: t.string({ required: true, description: 'One statement that only reads, up to 20,000 characters.' }),
    maxRows: t.int({ description: 'How many rows to give, 1 to 1000. Default: 100.' }),
    timeoutSeconds: t.int({ description: 'After this it is ended, 1 to 60 s. Default: 10.' }),
  }),
});

builder.queryField('databaseUsers', (t) =>
  t.field({
    type: [DatabaseUser],
    authScopes: { permission: 'view:databases' },
    description: 'The read-only users of an instance’s database.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => databaseUsers(context.app, orgScope(context), id),
  }),
);

builder.mutationFields((t) => ({
  configureDatabase: t.field({
    type: ConfigureDatabasePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Changes PostgreSQL’s parameters. If PostgreSQL or Odoo is not healthy with them, the old ones are restored. Of an instance that is failed or stopped they are saved for its next start.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: ConfigureDatabaseInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => configureDatabase(context.app, orgScope(context), id, input),
  }),
  rotateDatabasePassword: t.field({
    type: DatabasePayload,
    authScopes: { permission: 'manage:databases' },
    description: 'Gives the role that Odoo signs in to PostgreSQL with a new password, while Odoo works on.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => rotateDatabasePassword(context.app, orgScope(context), id),
  }),
  maintainDatabase: t.field({
    type: DatabasePayload,
    authScopes: { permission: 'manage:databases' },
    description: 'Vacuums, analyses or reindexes tables, while Odoo works on.',
    args: { id: t.arg.id(idArg), input: t.arg({ type: MaintainDatabaseInput, required: true, description: 'What.' }) },
    resolve: (_root, { id, input }, context) => maintainDatabase(context.app, orgScope(context), id, input),
  }),
  terminateDatabaseBackend: t.field({
    type: TerminatedBackend,
    authScopes: { permission: 'manage:databases' },
    description: 'Ends a connection to an instance’s database. What it had not committed is rolled back.',
    args: {
      id: t.arg.id(idArg),
      backendId: t.arg.string({ required: true, description: 'The id of the connection, as the list of them has it.' }),
    },
    resolve: (_root, { id, backendId }, context) =>
      terminateDatabaseBackend(context.app, orgScope(context), id, { backendId }),
  }),
  createDatabaseUser: t.field({
    type: DatabaseUser,
    authScopes: { permission: 'manage:databases' },
    description:
      'Creates a read-only user of an instance’s database. Its password is shown once. It reads everything there, so the permission view:secrets is needed, too.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: CreateDatabaseUserInput, required: true, description: 'The user.' }),
    },
    resolve: (_root, { id, input }, context) => createDatabaseUser(context.app, orgScope(context), id, input),
  }),
  deleteDatabaseUser: t.field({
    type: DeletedDatabaseUser,
    authScopes: { permission: 'manage:databases' },
    description: 'Deletes a read-only user and ends its connections.',
    args: { id: t.arg.id(idArg), name: t.arg.string({ required: true, description: 'The name of the user.' }) },
    resolve: (_root, { id, name }, context) => deleteDatabaseUser(context.app, orgScope(context), id, name),
  }),
  queryDatabase: t.field({
    type: DatabaseQueryResult,
    authScopes: { permission: 'manage:databases' },
    description:
      'Runs one statement that only reads, and records it in the audit log. It reads everything in the database, so the permission view:secrets is needed, too.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: QueryDatabaseInput, required: true, description: 'The statement.' }),
    },
    resolve: (_root, { id, input }, context) => queryDatabase(context.app, orgScope(context), id, input),
  }),
}));
