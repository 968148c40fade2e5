import {
  type DatabasePool as PoolRow,
  type DatabasePooler as PoolerRow,
  databasePooler,
  disableDatabasePooler,
  enableDatabasePooler,
} from '../src/instance-databases/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { ConfigureDatabasePayload } from './database-changes.ts';
import { idArg } from './instance.ts';

const DatabasePool = builder.objectRef<PoolRow>('DatabasePool').implement({
  description: 'The connections through PgBouncer to one database.',
  fields: (t) => ({
    database: t.exposeString('database', { description: 'The database.' }),
    clientsActive: t.exposeInt('clientsActive', { description: 'Connections of Odoo that have one of PostgreSQL.' }),
    clientsWaiting: t.exposeInt('clientsWaiting', { description: 'Connections of Odoo that wait for one.' }),
    longestWaitSeconds: t.exposeFloat('longestWaitSeconds', {
      description: 'How long the first of them has waited. After 60 s it is refused.',
    }),
    serversActive: t.exposeInt('serversActive', { description: 'Connections to PostgreSQL that Odoo uses.' }),
    serversIdle: t.exposeInt('serversIdle', { description: 'Connections to PostgreSQL that are ready for Odoo.' }),
  }),
});

const DatabasePooler = builder.objectRef<PoolerRow>('DatabasePooler').implement({
  description: 'PgBouncer between Odoo and its PostgreSQL, read from the server just now.',
  fields: (t) => ({
    instanceId: t.exposeID('instanceId', { description: 'The instance.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether Odoo connects to PostgreSQL through it.' }),
    mode: t.exposeString('mode', {
      description: 'How it pools: always session, because Odoo listens for notifications on its connections.',
    }),
    poolSize: t.int({
      nullable: true,
      description:
        'How many connections to PostgreSQL there can be, for each of Odoo’s two databases; null without it.',
      resolve: ({ settings }) => settings?.poolSize ?? null,
    }),
    maxClients: t.int({
      nullable: true,
      description: 'How many connections of Odoo it takes; null without it.',
      resolve: ({ settings }) => settings?.maxClients ?? null,
    }),
    image: t.string({
      nullable: true,
      description: 'The image that it runs; null without it.',
      resolve: ({ settings }) => settings?.image ?? null,
    }),
    host: t.exposeString('host', { description: 'Its name in the network of the instance.' }),
    port: t.exposeInt('port', { description: 'Its port there; it is not published.' }),
    version: t.exposeString('version', {
      nullable: true,
      description: 'The release of PgBouncer; null without it, and while it or the instance does not run.',
    }),
    pools: t.field({ type: [DatabasePool], description: 'Its pools.', resolve: ({ pools }) => pools }),
  }),
});

const EnableDatabasePoolerInput = builder.inputType('EnableDatabasePoolerInput', {
  description: 'How PgBouncer is to be.',
  fields: (t) => ({
    mode: t.string({
      description: 'session, which is the default. Odoo does not work with others, which are refused.',
    }),
    poolSize: t.int({
      description:
        'How many connections to PostgreSQL there can be, for each of Odoo’s two databases: at least twice its processes, at most half of max_connections less 13. Default: 20, or more where Odoo needs it.',
    }),
    maxClients: t.int({ description: 'How many connections of Odoo it takes, 10 to 10,000. Default: 500.' }),
  }),
});

builder.queryField('databasePooler', (t) =>
  t.field({
    type: DatabasePooler,
    authScopes: { permission: 'view:databases' },
    description: 'The PgBouncer of an instance, and its pools.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => databasePooler(context.app, orgScope(context), id),
  }),
);

builder.mutationFields((t) => ({
  enableDatabasePooler: t.field({
    type: ConfigureDatabasePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Puts PgBouncer between Odoo and PostgreSQL, or changes it, and restarts Odoo. If that is not healthy, it connects as before again. For an instance that is failed or stopped, this is saved for its next start.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: EnableDatabasePoolerInput, required: true, description: 'How it is to be.' }),
    },
    resolve: (_root, { id, input }, context) => enableDatabasePooler(context.app, orgScope(context), id, input),
  }),
  disableDatabasePooler: t.field({
    type: ConfigureDatabasePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Lets Odoo connect to PostgreSQL itself again, restarts it, and removes PgBouncer. For an instance that is failed or stopped, this is saved for its next start.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => disableDatabasePooler(context.app, orgScope(context), id),
  }),
}));
