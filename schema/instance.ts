import type { Instance as InstanceRow } from '../prisma/generated/client/client.ts';
import { hostAndPort } from '../src/networks.ts';
import { envVarNames, getInstance, instancesById, type InstanceView, listInstances } from '../src/instances/index.ts';
import { getProject } from '../src/projects/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { type Context, orgScope } from './context.ts';
import { Environment } from './environment.ts';
import { listSort } from './list-sort.ts';
import { InstanceStatus } from './instance-status.ts';
import { currentOperationOf, hostOf, sees, visibleEnvironment, visibleServer } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { Server } from './server.ts';
import { watch } from './watch.ts';
import { afterArg, type Changed, ChangeKind, watchAll } from './watch-all.ts';

export const Edition = builder.enumType('Edition', {
  description: 'The edition of Odoo.',
  values: { community: { description: 'The public image.' }, enterprise: { description: 'A custom image.' } } as const,
});

/** A port of an instance, as others reach it. */
async function addressOf(context: Context, row: InstanceView, port: number | null): Promise<string | null> {
  if (port === null || context.app.config.INSTANCE_PORTS === 'loopback') return null;
  const host = row.serverHost ?? (await hostOf(context, row.serverId));
  return host === null ? null : hostAndPort(host, port);
}

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
    odooEdition: t.expose('edition', {
      type: Edition,
      description: 'Its edition, under the name that the reference of the product has for it.',
    }),
    image: t.exposeString('image', { description: 'The image that it runs.' }),
    imageDigest: t.exposeString('imageDigest', {
      nullable: true,
      description:
        'The digest, in its registry, of the image that its container was created from; null for an image that was made on the server, and until the next configuration of older instances.',
    }),
    httpPort: t.exposeInt('httpPort', {
      nullable: true,
      description: 'The port on the server at which Odoo is reachable.',
    }),
    longpollingPort: t.exposeInt('longpollingPort', {
      nullable: true,
      description:
        'The port on the server for WebSockets (chat, notifications), if Odoo has workers; null if httpPort serves them.',
    }),
    url: t.string({
      nullable: true,
      description: 'The URL of Odoo, once it has a port; null if instances are published on loopback only.',
      resolve: async (row, _args, context) => {
        const address = await addressOf(context, row, row.httpPort);
        return address && `http://${address}`;
      },
    }),
    websocketUrl: t.string({
      nullable: true,
      description:
        'The URL that chat and notifications need. Browsers connect to `/websocket` at the address of the page: if the port of this URL differs from that of `url`, a proxy in front of Odoo must send `/websocket` to it. Null if `url` is null.',
      resolve: async (row, _args, context) => {
        const address = await addressOf(context, row, row.longpollingPort ?? row.httpPort);
        return address && `ws://${address}/websocket`;
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
    cpuLimit: t.exposeFloat('cpuLimit', {
      nullable: true,
      description: 'The CPU cores that Odoo’s container may use; null = three quarters of the server’s.',
    }),
    memoryLimit: t.expose('memoryLimit', {
      type: 'ByteSize',
      nullable: true,
      description: 'The memory of Odoo’s container; null = chosen by its workers and the server, at most seven tenths.',
    }),
    processLimit: t.exposeInt('processLimit', {
      nullable: true,
      description: 'The processes and threads that Odoo’s container may have; null = 1024.',
    }),
    databaseCpuLimit: t.exposeFloat('databaseCpuLimit', {
      nullable: true,
      description: 'The CPU cores that PostgreSQL’s container may use; null = half of the server’s.',
    }),
    databaseMemoryLimit: t.expose('databaseMemoryLimit', {
      type: 'ByteSize',
      nullable: true,
      description:
        'The memory of PostgreSQL’s container, a quarter of which are its shared buffers; null = a fifth of the server’s.',
    }),
    databaseProcessLimit: t.exposeInt('databaseProcessLimit', {
      nullable: true,
      description: 'The processes that PostgreSQL’s container may have; null = 512.',
    }),
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
    provisionedAt: t.expose('provisionedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it was first provisioned successfully. Null: it never was, so that it can be corrected and provisioned again, but not started.',
    }),
    settingsPending: t.exposeBoolean('settingsPending', {
      description: 'Whether its settings were changed while it was not running; its next start applies them.',
    }),
    currentOperationId: t.id({
      nullable: true,
      description:
        'The operation that works on it or waits to; null if there is none, or without the permission view:operations.',
      resolve: async (row, _args, context) =>
        row.currentOperationId === undefined
          ? ((await currentOperationOf(context, row))?.id ?? null)
          : sees(context, 'view:operations', row.projectId)
            ? row.currentOperationId
            : null,
    }),
    currentOperation: t.field({
      type: Operation,
      nullable: true,
      description:
        'The operation that works on it or waits to; null if there is none, or without the permission view:operations.',
      resolve: (row, _args, context) => (row.currentOperationId === null ? null : currentOperationOf(context, row)),
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its containers were last seen running. It moves with each check of the server.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

export const idArg = { required: true as const, description: 'The instance.' };

/** A page of instances, wherever the list is. */
export const InstancePage = builder.connectionObject(
  { type: Instance, name: 'QueryInstancesConnection', description: 'A page of instances.' },
  { name: 'QueryInstancesConnectionEdge', description: 'One instance of a page.' },
);

/** What narrows a list of the instances of one parent. */
export const instanceFilters = builder.args((t) => ({
  status: t.field({ type: InstanceStatus, description: 'Only rows with this status.' }),
  statuses: t.field({ type: [InstanceStatus], description: 'Only rows with one of these statuses.' }),
  search: t.string({ description: 'Only rows with this text in their name.' }),
  sort: t.field(listSort),
}));

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
        projectId: t.arg.id({ description: 'Only instances of this project.' }),
        ...instanceFilters,
      },
      resolve: async (_root, args, context) => connectionOf(await listInstances(context.app, orgScope(context), args)),
    },
    InstancePage,
  ),
}));

const InstanceChange = builder.objectRef<Changed<InstanceRow>>('InstanceChange').implement({
  description: 'A change of an instance.',
  fields: (t) => ({
    change: t.expose('change', { type: ChangeKind, description: 'What happened.' }),
    instanceId: t.exposeID('id', { description: 'The id of the instance.' }),
    instance: t.expose('row', { type: Instance, nullable: true, description: 'The instance now; null if deleted.' }),
  }),
});
const watchInstances = watchAll<InstanceRow>({
  type: 'instance',
  permission: 'view:instances',
  read: instancesById,
  isDeleted: (row) => row.status === 'removed',
});

builder.subscriptionFields((t) => ({
  instancesUpdated: t.field({
    type: InstanceChange,
    authScopes: { permission: 'view:instances' },
    description:
      'Every instance of the organization, or of a project, that changes. Changes in quick succession come as one.',
    args: {
      projectId: t.arg.id({ description: 'Only instances of this project.' }),
      after: t.arg.id(afterArg),
    },
    subscribe: async (_root, { projectId, after }, context) => {
      const scope = orgScope(context);
      const project = projectId ? await getProject(scope, projectId) : undefined;
      return watchInstances(context, scope, after, (row) => !project || row.projectId === project.id);
    },
    resolve: (changed: Changed<InstanceRow>) => changed,
  }),
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
}));
