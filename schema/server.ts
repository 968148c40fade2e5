import type { Server as ServerRow } from '../prisma/generated/client/client.ts';
import { getServer, listServers, serversById } from '../src/servers/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { listSort } from './list-sort.ts';
import { projectIdsOf } from './loaders.ts';
import { Node } from './node.ts';
import { watch } from './watch.ts';
import { afterArg, type Changed, ChangeKind, watchAll } from './watch-all.ts';

export const ServerKind = builder.enumType('ServerKind', {
  description: 'How oCore connects to a server.',
  values: {
    ssh: { description: 'Over SSH.' },
    local: { description: 'The control plane’s own machine, if its operator allows that.' },
  } as const,
});
export const AuthMethod = builder.enumType('ServerAuthMethod', {
  description: 'How oCore authenticates to a server.',
  values: { key: { description: 'With an SSH private key.' }, password: { description: 'With a password.' } } as const,
});
const ServerStatus = builder.enumType('ServerStatus', {
  description: 'The status of a server.',
  values: {
    pending: { description: 'Not validated yet.' },
    validating: { description: 'Being validated.' },
    active: { description: 'Ready for instances.' },
    unreachable: {
      description: 'It is unreachable or does not meet the requirements; statusMessage gives the reason.',
    },
    removing: { description: 'Being removed.' },
    removed: { description: 'Removed.' },
  } as const,
});

export const Server = builder.prismaObject('Server', {
  interfaces: [Node],
  description: 'A host that oCore manages. Its credentials are never shown.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name, unique in the organization.' }),
    description: t.exposeString('description', { description: 'The description.' }),
    kind: t.expose('kind', { type: ServerKind, description: 'How oCore connects to it.' }),
    host: t.exposeString('host', { description: 'Host name or address.' }),
    port: t.exposeInt('port', { description: 'The SSH port.' }),
    sshUser: t.exposeString('sshUser', { description: 'The SSH user.' }),
    authMethod: t.expose('authMethod', { type: AuthMethod, description: 'How oCore authenticates.' }),
    dockerSocket: t.exposeString('dockerSocket', { description: 'The socket of its Docker engine.' }),
    maxSshSessions: t.exposeInt('maxSshSessions', {
      description: 'The maximum number of concurrent sessions on an SSH connection.',
    }),
    status: t.expose('status', { type: ServerStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', {
      nullable: true,
      description: 'The reason for the status, and how to resolve it.',
    }),
    hostKeyFingerprint: t.exposeString('hostKeyFingerprint', { nullable: true, description: 'The pinned host key.' }),
    presentedFingerprint: t.exposeString('presentedFingerprint', {
      nullable: true,
      description: 'A different host key that the server presented. oCore sends no credentials until you accept it.',
    }),
    osName: t.exposeString('osName', { nullable: true, description: 'Its operating system.' }),
    osVersion: t.exposeString('osVersion', { nullable: true, description: 'The version of its operating system.' }),
    kernel: t.exposeString('kernel', { nullable: true, description: 'Its kernel.' }),
    architecture: t.exposeString('architecture', { nullable: true, description: 'Its processor architecture.' }),
    dockerVersion: t.exposeString('dockerVersion', {
      nullable: true,
      description: 'The version of its Docker engine.',
    }),
    cpuCores: t.exposeInt('cpuCores', { nullable: true, description: 'Its CPU cores.' }),
    ramTotalBytes: t.expose('ramTotalBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'Total memory in bytes.',
    }),
    diskTotalBytes: t.expose('diskTotalBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'Total disk space in bytes.',
    }),
    diskAvailableBytes: t.expose('diskAvailableBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'Free disk space in bytes.',
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last reachable.',
    }),
    projectIds: t.stringList({
      description:
        'The projects that may use the server, as far as you may see them. Members and API keys that are limited to projects can create instances only on servers of their projects.',
      resolve: (row, _args, context) => projectIdsOf(context, row.id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

/** A page of servers, wherever the list is. */
export const ServerPage = builder.connectionObject(
  { type: Server, name: 'QueryServersConnection', description: 'A page of servers.' },
  { name: 'QueryServersConnectionEdge', description: 'One server of a page.' },
);

export const serverFilters = builder.args((t) => ({
  status: t.field({ type: ServerStatus, description: 'Only rows with this status.' }),
  statuses: t.field({ type: [ServerStatus], description: 'Only rows with one of these statuses.' }),
  search: t.string({ description: 'Only rows with this text in their name or host.' }),
  sort: t.field(listSort),
}));

builder.queryFields((t) => ({
  server: t.field({
    type: Server,
    authScopes: { permission: 'view:servers' },
    description: 'One server.',
    args: { id: t.arg.id({ required: true, description: 'The id.' }) },
    resolve: (_root, { id }, context) => getServer(orgScope(context), id),
  }),
  servers: t.connection(
    {
      type: Server,
      authScopes: { permission: 'view:servers' },
      description: 'The servers.',
      args: serverFilters,
      resolve: async (_root, args, context) => connectionOf(await listServers(orgScope(context), args)),
    },
    ServerPage,
  ),
}));

const ServerChange = builder.objectRef<Changed<ServerRow>>('ServerChange').implement({
  description: 'A change of a server.',
  fields: (t) => ({
    change: t.expose('change', { type: ChangeKind, description: 'What happened.' }),
    serverId: t.exposeID('id', { description: 'The id of the server.' }),
    server: t.expose('row', { type: Server, nullable: true, description: 'The server now; null if removed.' }),
  }),
});
const watchServers = watchAll<ServerRow>({
  type: 'server',
  permission: 'view:servers',
  read: serversById,
  isDeleted: (row) => row.status === 'removed',
});

builder.subscriptionFields((t) => ({
  serversUpdated: t.field({
    type: ServerChange,
    authScopes: { permission: 'view:servers' },
    description:
      'Every server of the organization that changes or has new metrics. Changes in quick succession come as one.',
    args: { after: t.arg.id(afterArg) },
    subscribe: (_root, { after }, context) => watchServers(context, orgScope(context), after),
    resolve: (changed: Changed<ServerRow>) => changed,
  }),
  serverUpdated: t.field({
    type: Server,
    authScopes: { permission: 'view:servers' },
    description: 'The current server, and again after every change and new metrics.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }) },
    subscribe: async (_root, { id }, context) => {
      await getServer(orgScope(context), id);
      return watch(context, 'view:servers', [`server:${id}`], (scope) => getServer(scope, id));
    },
    resolve: (row: ServerRow) => row,
  }),
}));
