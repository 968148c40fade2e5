import type { Instance as InstanceRow, Operation as OperationRow } from '../prisma/generated/client/client.ts';
import {
  configureInstance,
  createInstance,
  deleteInstance,
  envVarNames,
  getInstance,
  type InstanceView,
  instanceLogs,
  listInstances,
  restart,
  revealAdminPassword,
  start,
  stop,
} from '../src/instances/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Environment } from './environment.ts';
import { listSort } from './list-sort.ts';
import { hostOf, visibleEnvironment, visibleServer } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { Server } from './server.ts';
import { watch, whileAllowed } from './watch.ts';

const InstanceStatus = builder.enumType('InstanceStatus', {
  description: 'The status of an instance.',
  values: {
    provisioning: { description: 'Being created.' },
    running: { description: 'Odoo is running.' },
    stopped: { description: 'Stopped. Its data is kept.' },
    restarting: { description: 'Starting or being configured.' },
    failed: { description: 'It failed; statusMessage gives the reason.' },
    removing: { description: 'Being deleted.' },
    removed: { description: 'Removed.' },
  } as const,
});
const Edition = builder.enumType('Edition', {
  description: 'The edition of Odoo.',
  values: { community: { description: 'The public image.' }, enterprise: { description: 'A custom image.' } } as const,
});
const LogLevel = builder.enumType('OdooLogLevel', {
  description: 'The log level of Odoo.',
  values: {
    debug: { description: 'Everything.' },
    info: { description: 'Informational messages and above.' },
    warn: { description: 'Warnings and above.' },
    error: { description: 'Errors and above.' },
    critical: { description: 'Critical errors only.' },
  } as const,
});
const LogSource = builder.enumType('InstanceLogSource', {
  description: 'Which log.',
  values: { odoo: { description: 'The log of Odoo.' }, postgres: { description: 'The log of PostgreSQL.' } } as const,
});

export const Instance = builder.objectRef<InstanceView>('Instance').implement({
  interfaces: [Node],
  description: 'One Odoo with its own PostgreSQL on one server.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its short name, unique in the organization.' }),
    status: t.expose('status', { type: InstanceStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'The reason for the status.' }),
    serverId: t.exposeID('serverId', { description: 'The server that it runs on.' }),
    server: t.field({
      type: Server,
      nullable: true,
      description: 'The server that it runs on; null without the permission view:servers.',
      resolve: (row, _args, context) => visibleServer(context, row.serverId),
    }),
    environmentId: t.exposeID('environmentId', { description: 'The environment that it belongs to.' }),
    environment: t.field({
      type: Environment,
      nullable: true,
      description: 'The environment that it belongs to; null without the permission view:environments.',
      resolve: (row, _args, context) => visibleEnvironment(context, row.environmentId, row.projectId),
    }),
    projectId: t.exposeID('projectId', { description: 'The project that it belongs to.' }),
    odooVersion: t.exposeString('odooVersion', { description: 'Its Odoo release.' }),
    edition: t.expose('edition', { type: Edition, description: 'Its edition.' }),
    image: t.exposeString('image', { description: 'The image that it runs.' }),
    httpPort: t.exposeInt('httpPort', {
      nullable: true,
      description: 'The port on the server at which Odoo is reachable.',
    }),
    url: t.string({
      nullable: true,
      description: 'The URL of Odoo, once it has a port; null if instances are published on loopback only.',
      resolve: async (row, _args, context) => {
        if (row.httpPort === null || context.app.config.INSTANCE_PORTS === 'loopback') return null;
        return `http://${row.serverHost ?? (await hostOf(context, row.serverId))}:${row.httpPort}`;
      },
    }),
    workers: t.exposeInt('workers', {
      nullable: true,
      description: 'The number of Odoo’s worker processes; null = chosen by the size of the server.',
    }),
    limitMemorySoft: t.expose('limitMemorySoft', {
      type: 'ByteSize',
      description: 'A worker that exceeds this is recycled after its request.',
    }),
    limitMemoryHard: t.expose('limitMemoryHard', {
      type: 'ByteSize',
      description: 'A worker that exceeds this is killed at once.',
    }),
    limitTimeCpu: t.exposeInt('limitTimeCpu', { description: 'The CPU time limit of a request, in seconds.' }),
    limitTimeReal: t.exposeInt('limitTimeReal', { description: 'The time limit of a request, in seconds.' }),
    maxCronThreads: t.exposeInt('maxCronThreads', { description: 'The number of threads for scheduled actions.' }),
    logLevel: t.exposeString('logLevel', { description: 'The log level of Odoo.' }),
    language: t.exposeString('language', { description: 'The language that it was created with.' }),
    country: t.exposeString('country', { nullable: true, description: 'The country of its first company.' }),
    demo: t.exposeBoolean('demo', { description: 'Whether it was created with demo data.' }),
    modules: t.exposeStringList('modules', { description: 'The modules that it was created with.' }),
    adminEmail: t.exposeString('adminEmail', { description: 'The login of Odoo’s first administrator.' }),
    envVarNames: t.stringList({
      description: 'The names of its environment variables. Their values are never shown.',
      resolve: (row) => envVarNames(row.envVars),
    }),
    deletionProtected: t.exposeBoolean('deletionProtected', {
      description: 'Whether deleting it requires its name as confirmation.',
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last known to be healthy.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const InstancePayload = builder
  .objectRef<{ instance: InstanceRow; operation: OperationRow }>('InstancePayload')
  .implement({
    description: 'An instance and the operation that works on it.',
    fields: (t) => ({
      instance: t.field({ type: Instance, description: 'The instance.', resolve: (row) => row.instance }),
      operation: t.field({
        type: Operation,
        description: 'The operation that was started.',
        resolve: (row) => row.operation,
      }),
    }),
  });
const AdminPassword = builder.objectRef<{ login: string; password: string }>('AdminPassword').implement({
  description: 'The credentials of Odoo’s first administrator, shown once.',
  fields: (t) => ({
    login: t.exposeString('login', { description: 'The login.' }),
    password: t.exposeString('password', { description: 'The password. oCore no longer stores it.' }),
  }),
});
const InstanceLogLine = builder
  .objectRef<{ at: Date | null; level: string; message: string }>('InstanceLogLine')
  .implement({
    description: 'One line of a container’s log.',
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was written.' }),
      level: t.exposeString('level', { description: 'debug, info, warning, error or critical.' }),
      message: t.exposeString('message', { description: 'The line.' }),
    }),
  });

const needsCode =
  'Needs the permission `manage:instance_code`, because code in the container can read all its files, including passwords.';

const EnvVarInput = builder.inputType('EnvVarInput', {
  description: 'One environment variable of Odoo’s container.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Letters, digits and underscores. Names that control which code runs, or where Odoo finds its ' +
        'configuration and database, are refused: `PYTHON*`, `LD_*`, `PATH`, `HOME`, `ODOO_RC`, `DB_*`, `PG*` and others.',
    }),
    value: t.string({ required: true, description: 'Up to 32 KiB; stored encrypted.' }),
  }),
});

const CreateInstanceInput = builder.inputType('CreateInstanceInput', {
  description: 'A new Odoo instance.',
  fields: (t) => ({
    name: t.string({ required: true, description: '3 to 64 characters.' }),
    slug: t.string({
      description:
        '3 to 50 lower-case letters, digits and hyphens, unique in the organization. Default: derived from the name.',
    }),
    serverId: t.id({ required: true, description: 'An active server.' }),
    environmentId: t.id({ required: true, description: 'The environment that it belongs to.' }),
    odooVersion: t.string({ description: 'An Odoo release. Default: 19.0.' }),
    edition: t.field({ type: Edition, description: 'Default: community. Enterprise needs a custom image.' }),
    image: t.string({ description: `A custom image that is compatible with the public one. ${needsCode}` }),
    workers: t.int({
      description: 'The number of worker processes, 0 to 64. Default: chosen by the size of the server.',
    }),
    limitMemorySoft: t.field({ type: 'ByteSize', description: 'Default: 2048 MiB.' }),
    limitMemoryHard: t.field({ type: 'ByteSize', description: 'Default: 2560 MiB.' }),
    limitTimeCpu: t.int({ description: 'Seconds, 10 to 86400. Default: 600.' }),
    limitTimeReal: t.int({ description: 'Seconds, 10 to 86400. Default: 1200.' }),
    maxCronThreads: t.int({ description: '0 to 16. Default: 1.' }),
    logLevel: t.field({ type: LogLevel, description: 'Default: info.' }),
    language: t.string({ description: 'A language code such as fr_FR. Default: en_US.' }),
    country: t.string({ description: 'A two-letter country code. It sets the currency of the company.' }),
    demo: t.boolean({ description: 'Whether to install demo data. Default: false.' }),
    modules: t.stringList({ description: 'Technical names of modules to install.' }),
    adminEmail: t.string({ required: true, description: 'The login of Odoo’s first administrator.' }),
    envVars: t.field({ type: [EnvVarInput], description: `Environment variables of Odoo’s container. ${needsCode}` }),
    deletionProtected: t.boolean({
      description: 'Whether deleting it requires its name as confirmation. Default: true in production.',
    }),
  }),
});
const ConfigureInstanceInput = builder.inputType('ConfigureInstanceInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    workers: t.int({
      description: 'The number of worker processes, 0 to 64; null = chosen by the size of the server.',
    }),
    limitMemorySoft: t.field({
      type: 'ByteSize',
      description: 'A worker that exceeds this is recycled after its request.',
    }),
    limitMemoryHard: t.field({ type: 'ByteSize', description: 'A worker that exceeds this is killed at once.' }),
    limitTimeCpu: t.int({ description: 'The CPU time limit of a request, in seconds.' }),
    limitTimeReal: t.int({ description: 'The time limit of a request, in seconds.' }),
    maxCronThreads: t.int({ description: 'The number of threads for scheduled actions.' }),
    logLevel: t.field({ type: LogLevel, description: 'The log level of Odoo.' }),
    envVars: t.field({
      type: [EnvVarInput],
      description: `All environment variables; variables that are not listed are removed. ${needsCode}`,
    }),
  }),
});

/** The API has a list of pairs, which a schema can describe; the service takes a record. */
function withEnvRecord<T extends { envVars?: readonly { name: string; value: string }[] | null | undefined }>(
  input: T,
) {
  const { envVars, ...rest } = input;
  return {
    ...rest,
    ...(envVars ? { envVars: Object.fromEntries(envVars.map(({ name, value }) => [name, value])) } : {}),
  };
}

const idArg = { required: true as const, description: 'The instance.' };

builder.queryFields((t) => ({
  instance: t.field({
    type: Instance,
    authScopes: { permission: 'view:instances' },
    description: 'One instance.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getInstance(orgScope(context), id),
  }),
  instances: t.connection(
    {
      type: Instance,
      authScopes: { permission: 'view:instances' },
      description: 'The instances.',
      args: {
        serverId: t.arg.id({ description: 'Only instances on this server.' }),
        environmentId: t.arg.id({ description: 'Only instances of this environment.' }),
        status: t.arg({ type: InstanceStatus, description: 'Only rows with this status.' }),
        search: t.arg.string({ description: 'Only rows with this text in their name.' }),
        sort: t.arg(listSort),
      },
      resolve: async (_root, args, context) => connectionOf(await listInstances(context.app, orgScope(context), args)),
    },
    { description: 'A page of instances.' },
    { description: 'One instance of a page.' },
  ),
  instanceLogs: t.field({
    type: [InstanceLogLine],
    authScopes: { permission: 'view:instances' },
    description: 'The newest lines of a container’s log, oldest first.',
    args: {
      id: t.arg.id(idArg),
      source: t.arg({ type: LogSource, defaultValue: 'odoo', description: 'Which log.' }),
      lines: t.arg.int({ defaultValue: 200, description: 'How many lines, 1 to 1000.' }),
    },
    resolve: (_root, { id, source, lines }, context) =>
      Array.fromAsync(
        instanceLogs(context.app, orgScope(context), id, {
          source: source ?? 'odoo',
          tail: Math.min(1000, Math.max(1, lines ?? 200)),
          follow: false,
        }),
      ),
  }),
}));

builder.mutationFields((t) => ({
  createInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Creates an instance and provisions it.',
    args: { input: t.arg({ type: CreateInstanceInput, required: true, description: 'The instance.' }) },
    resolve: (_root, { input }, context) => createInstance(context.app, orgScope(context), withEnvRecord(input)),
  }),
  configureInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description:
      'Changes the settings and recreates the container. If Odoo is not healthy afterwards, the old settings are restored.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: ConfigureInstanceInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) =>
      configureInstance(context.app, orgScope(context), id, withEnvRecord(input)),
  }),
  startInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Starts a stopped instance.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => start(context.app, orgScope(context), id),
  }),
  stopInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Stops an instance. Its data is kept.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => stop(context.app, orgScope(context), id),
  }),
  restartInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Restarts Odoo.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => restart(context.app, orgScope(context), id),
  }),
  deleteInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Deletes an instance and all its data.',
    args: {
      id: t.arg.id(idArg),
      confirmName: t.arg.string({
        description:
          'The exact name of the instance. Required if the instance is protected; a wrong name is always refused.',
      }),
    },
    resolve: (_root, { id, confirmName }, context) => deleteInstance(context.app, orgScope(context), id, confirmName),
  }),
  revealAdminPassword: t.field({
    type: AdminPassword,
    authScopes: { permission: 'view:secrets' },
    description: 'Returns the password of Odoo’s first administrator. It is available once.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => revealAdminPassword(context.app, orgScope(context), id),
  }),
}));

builder.subscriptionFields((t) => ({
  instanceUpdated: t.field({
    type: Instance,
    authScopes: { permission: 'view:instances' },
    description: 'The current instance, and again after every change.',
    args: { id: t.arg.id(idArg) },
    subscribe: async (_root, { id }, context) => {
      await getInstance(orgScope(context), id);
      return watch(context, 'view:instances', [`instance:${id}`], (scope) => getInstance(scope, id));
    },
    resolve: (row: InstanceRow) => row,
  }),
  instanceLogs: t.field({
    type: InstanceLogLine,
    authScopes: { permission: 'view:instances' },
    description: 'The newest lines of a container’s log, then every new line.',
    args: {
      id: t.arg.id(idArg),
      source: t.arg({ type: LogSource, defaultValue: 'odoo', description: 'Which log.' }),
      lines: t.arg.int({ defaultValue: 100, description: 'How many existing lines to send first, up to 1000.' }),
    },
    subscribe: (_root, { id, source, lines }, context) => {
      const options = { source: source ?? 'odoo', tail: Math.min(1000, Math.max(0, lines ?? 100)), follow: true };
      const scope = orgScope(context);
      return whileAllowed(
        context,
        'view:instances',
        (now) => getInstance(now, id),
        (signal) => instanceLogs(context.app, scope, id, { ...options, signal }),
      );
    },
    resolve: (line: { at: Date | null; level: string; message: string }) => line,
  }),
}));
